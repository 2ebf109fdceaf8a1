package io.purpledb.engine.support;

import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import org.jspecify.annotations.Nullable;

/** What an engine keeps for a key. */
public interface Kept {

  /** The position of the change that made it so. */
  long version();

  Description description();

  /** As {@link Entry#expiresMillis}. */
  long expiresMillis();

  /** The number that it holds; null where bytes are. */
  @Nullable Long number();

  /** What it takes of the heap beside the key, in bytes. */
  long heapBytes();

  /** As others are told of it. */
  Entry entry(Key key);
}
