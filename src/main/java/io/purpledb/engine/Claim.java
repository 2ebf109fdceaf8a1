package io.purpledb.engine;

import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;

/**
 * Takes the first entries of a range and moves them elsewhere, in one step, so that no two callers
 * get the same: the jobs of a queue that are due, where the order of the range is that of time.
 *
 * @param range where from
 * @param limit how many at most, 1 to {@link Scan#MAX_LIMIT}; fewer where their values are large
 * @param name the name that they get
 * @param itemPrefix what is put before their item
 */
public record Claim(Range range, int limit, String name, String itemPrefix) {

  public Claim {
    if (limit < 1 || limit > Scan.MAX_LIMIT) {
      throw new IllegalArgumentException(
          "limit: %d (expected: 1 to %d)".formatted(limit, Scan.MAX_LIMIT));
    }
  }

  /** Where an entry goes. */
  public Key moved(Key key) {
    return new Key(key.namespace(), key.service(), name, itemPrefix + key.item());
  }
}
