package io.purpledb.backend.redis.engine;

import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Kept;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An entry that was read, as those who watch are told of it. */
record KeptEntry(Entry entry) implements Kept {

  /** Entry, value, description. */
  private static final int OBJECTS_BYTES = 96;

  @Override
  public long version() {
    return entry.version();
  }

  @Override
  public Description description() {
    return entry.description();
  }

  @Override
  public long expiresMillis() {
    return entry.expiresMillis();
  }

  @Override
  public @Nullable Long number() {
    return entry.value() instanceof Value.OfNumber of ? of.number() : null;
  }

  @Override
  public long heapBytes() {
    long bytes = OBJECTS_BYTES;
    if (entry.value() instanceof Value.OfBytes of) {
      bytes += Footprint.bytes(of.content().size());
    }
    for (Map.Entry<String, String> one : description().metadata().entrySet()) {
      bytes += Footprint.text(one.getKey()) + Footprint.text(one.getValue());
    }
    return bytes;
  }

  @Override
  public Entry entry(Key key) {
    return entry;
  }
}
