package io.purpledb.engine;

import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Failure;

/** One change of a commit. Changes are made in their order; a later one sees the earlier. */
public sealed interface Change {

  /** Stands for a time to live: the entry stays. */
  long FOREVER = 0;

  /** Stands for a time to live: what there is of the time of the entry before is kept. */
  long KEEP = -1;

  /** What is changed; of a range its first key. */
  Key key();

  /**
   * Puts an entry in the place of what is there.
   *
   * @param ttlMillis how long it is there from the commit on, in milliseconds, or {@link #FOREVER},
   *     or {@link #KEEP}
   */
  record Put(Key key, Value value, Description description, long ttlMillis) implements Change {}

  /** Deletes what is there, if anything is. */
  record Delete(Key key) implements Change {}

  /**
   * Adds to a number; absent counts as 0. Its expiry and description are kept. The commit is
   * refused when there are bytes, and when the sum is out of bounds or of 64 bits.
   *
   * @param min the least that the sum may be
   * @param max the most
   */
  record Add(Key key, long amount, long min, long max) implements Change {}

  /**
   * Changes only when an entry expires; nothing where nothing is.
   *
   * @param ttlMillis as for {@link Put}, but not {@link #KEEP}
   */
  record Touch(Key key, long ttlMillis) implements Change {}

  /**
   * Deletes all entries of a range. The commit fails as too large when there are more than {@link
   * #MOST}: others wait meanwhile.
   */
  record DeleteRange(Range range) implements Change {

    /** How many it deletes at most; those count that have expired and are not freed yet. */
    public static final int MOST = 10_000;

    /** What is said of a range that has more. */
    public static Failure tooMany() {
      return Failure.tooLarge(
          "a range of more than %d entries (expected: at most %d in one change)"
              .formatted(MOST, MOST));
    }

    @Override
    public Key key() {
      return range.from();
    }
  }
}
