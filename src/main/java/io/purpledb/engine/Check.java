package io.purpledb.engine;

import io.purpledb.engine.entry.Key;

/** What must be true of an entry for a commit to be done. An expired entry is absent. */
public sealed interface Check {

  /** The entry that is looked at, as it is before the commit changes anything. */
  Key key();

  /** Nothing is there. */
  record Absent(Key key) implements Check {}

  /** Something is there. */
  record Present(Key key) implements Check {}

  /** It is there and has this version. */
  record HasVersion(Key key, long version) implements Check {}

  /** It is a number within bounds, or absent, which counts as 0. */
  record Within(Key key, long min, long max) implements Check {}
}
