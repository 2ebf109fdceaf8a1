package io.purpledb.backend.disk.table;

import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Kept;
import io.purpledb.engine.support.Moment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is kept for a key, as its row says it: a large value is elsewhere, in parts. */
public final class EntryRow implements Kept {

  /** Stands for a value without parts; those that have some have the version that was first. */
  public static final long NO_PARTS = 0;

  private static final long OBJECT_BYTES = 64;

  /** Null when it is only in parts. */
  private final @Nullable Value value;

  private final long bytes;
  private final Description description;
  private final long expiresMillis;
  private long parts;
  private long version;

  /** Where its expiry is noted, if that is not when it expires itself. */
  private long notedMillis = Entry.NEVER;

  private long notedVersion;

  /**
   * What is there.
   *
   * @param bytes how large the value is, 0 for a number
   */
  EntryRow(
      @Nullable Value value,
      long bytes,
      long parts,
      Description description,
      long version,
      long expiresMillis) {
    this.value = value;
    this.bytes = bytes;
    this.parts = parts;
    this.description = description;
    this.version = version;
    this.expiresMillis = expiresMillis;
  }

  /** What is to be there. */
  public static EntryRow of(Value value, Description description, long expiresMillis) {
    long bytes = value instanceof Value.OfBytes of ? of.content().size() : 0;
    return new EntryRow(value, bytes, NO_PARTS, description, 0, expiresMillis);
  }

  public EntryRow expiring(long millis) {
    return new EntryRow(value, bytes, parts, description, 0, millis);
  }

  /** It is there from a position on. */
  public void become(long position) {
    version = position;
    if (value != null && LargeValues.isLarge(bytes) && parts == NO_PARTS) {
      parts = position;
    }
  }

  /** Whether another has the same but for its version and expiry. */
  public boolean isLike(EntryRow other) {
    return Objects.equals(value, other.value)
        && parts == other.parts
        && description.equals(other.description);
  }

  public @Nullable Value value() {
    return value;
  }

  /** The number of its parts, or {@link #NO_PARTS}. */
  public long parts() {
    return parts;
  }

  /** How large its value is, in bytes. */
  public long bytes() {
    return bytes;
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public Description description() {
    return description;
  }

  @Override
  public long expiresMillis() {
    return expiresMillis;
  }

  /** Its expiry stays noted where that of a row before it was. */
  void noted(long millis, long byVersion) {
    notedMillis = millis;
    notedVersion = byVersion;
  }

  /** Whether its expiry is noted for a time before it, with another version than its own. */
  boolean isPostponed() {
    return notedMillis != Entry.NEVER;
  }

  /** The time for which its expiry is noted; it does not expire before. */
  long notedMillis() {
    return isPostponed() ? notedMillis : expiresMillis;
  }

  /** The version with which it is. */
  long notedVersion() {
    return isPostponed() ? notedVersion : version;
  }

  public boolean isAlive(long nowMillis) {
    return nowMillis < expiresMillis;
  }

  /** The same of a moment that need not be known of what never expires. */
  public boolean isAlive(Moment now) {
    return expiresMillis == Entry.NEVER || isAlive(now.millis());
  }

  @Override
  public @Nullable Long number() {
    return value instanceof Value.OfNumber of ? of.number() : null;
  }

  @Override
  public long heapBytes() {
    return OBJECT_BYTES + Footprint.array(bytes);
  }

  @Override
  public Entry entry(Key key) {
    Value known = value;
    if (known == null) {
      throw new IllegalStateException("the value of %s is in parts".formatted(key));
    }
    return entry(key, known);
  }

  /** With a value that was read from its parts. */
  public Entry entry(Key key, Value read) {
    return new Entry(key, read, description, version, expiresMillis);
  }
}
