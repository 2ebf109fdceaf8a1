package io.purpledb.engine.memory;

import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Footprint;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Kept;
import io.purpledb.engine.support.Moment;
import io.purpledb.message.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What is kept for a key. Without the key itself, and as few objects as can be: with millions of
 * values each object less is one less for the collector to copy and to mark.
 */
abstract sealed class MemoryEntry implements Kept {

  /** An object with a reference, a reference to a description and two numbers. */
  private static final int OBJECT_BYTES = 40;

  /** One for all that have no bytes, such as the items of sets. */
  private static final byte[] NOTHING = {};

  /** Set once, before the cell is where others see it. */
  private long version;

  private final Description description;
  private final long expiresMillis;

  /** Written by those who read; that one of them is not seen costs no more than a wrong guess. */
  private boolean isUsed;

  private MemoryEntry(Description description, long expiresMillis) {
    this.description = description;
    this.expiresMillis = expiresMillis;
  }

  static MemoryEntry of(Value value, Description description, long expiresMillis) {
    if (value instanceof Value.OfBytes bytes) {
      byte[] content = bytes.content().isEmpty() ? NOTHING : Bytes.of(bytes.content());
      return new OfBytes(content, description, expiresMillis);
    }
    return new OfNumber(((Value.OfNumber) value).number(), description, expiresMillis);
  }

  abstract Value value();

  /** How long the value is, in bytes. */
  abstract int length();

  abstract MemoryEntry expiring(long millis);

  final void become(long position) {
    version = position;
  }

  @Override
  public final long version() {
    return version;
  }

  @Override
  public final Description description() {
    return description;
  }

  @Override
  public final long expiresMillis() {
    return expiresMillis;
  }

  /** Whether somebody used it since that was forgotten. */
  final boolean isUsed() {
    return isUsed;
  }

  final void use() {
    if (!isUsed) { // else each read would take the line of the cache from the other processors
      isUsed = true;
    }
  }

  final void forgetUse() {
    isUsed = false;
  }

  /** Asks for the time only where it matters. */
  final boolean isAlive(Moment now) {
    return expiresMillis == Entry.NEVER || now.millis() < expiresMillis;
  }

  @Override
  public final Entry entry(Key key) {
    return new Entry(key, value(), description, version, expiresMillis);
  }

  private static final class OfBytes extends MemoryEntry {

    private final byte[] bytes;

    OfBytes(byte[] bytes, Description description, long expiresMillis) {
      super(description, expiresMillis);
      this.bytes = bytes;
    }

    @Override
    Value value() {
      return new Value.OfBytes(UnsafeByteOperations.unsafeWrap(bytes));
    }

    @Override
    int length() {
      return bytes.length;
    }

    @Override
    public @Nullable Long number() {
      return null;
    }

    @Override
    MemoryEntry expiring(long millis) {
      return new OfBytes(bytes, description(), millis);
    }

    @Override
    public long heapBytes() {
      return OBJECT_BYTES + (bytes.length == 0 ? 0 : Footprint.array(bytes.length));
    }
  }

  private static final class OfNumber extends MemoryEntry {

    private final long number;

    OfNumber(long number, Description description, long expiresMillis) {
      super(description, expiresMillis);
      this.number = number;
    }

    @Override
    Value value() {
      return new Value.OfNumber(number);
    }

    @Override
    int length() {
      return Long.BYTES;
    }

    @Override
    public Long number() {
      return number;
    }

    @Override
    MemoryEntry expiring(long millis) {
      return new OfNumber(number, description(), millis);
    }

    @Override
    public long heapBytes() {
      return OBJECT_BYTES;
    }
  }

  /**
   * Stands for a key that a commit of several keys changes, until all of them are changed: who
   * reads sees all of the commit or nothing of it.
   */
  static final class Undecided extends MemoryEntry {

    private final @Nullable MemoryEntry before;
    private final @Nullable MemoryEntry after;
    private final Decision decision;

    Undecided(@Nullable MemoryEntry before, @Nullable MemoryEntry after, Decision decision) {
      super(Description.NONE, Entry.NEVER);
      this.before = before;
      this.after = after;
      this.decision = decision;
    }

    @Nullable MemoryEntry now() {
      return decision.made ? after : before;
    }

    @Override
    public Long number() {
      throw new IllegalStateException("not decided");
    }

    @Override
    Value value() {
      throw new IllegalStateException("not decided");
    }

    @Override
    int length() {
      return 0;
    }

    @Override
    MemoryEntry expiring(long millis) {
      throw new IllegalStateException("not decided");
    }

    @Override
    public long heapBytes() {
      return 0; // only for a moment
    }
  }

  /**
   * What becomes of a key.
   *
   * @param before null where nothing was
   * @param after null where nothing is to be
   */
  record Next(Key key, @Nullable MemoryEntry before, @Nullable MemoryEntry after) {

    /** How many cells there are more: 1, 0 or -1. */
    int more() {
      return (after == null ? 0 : 1) - (before == null ? 0 : 1);
    }

    MemoryEntry undecided(Decision decision) {
      return new Undecided(before, after, decision);
    }
  }

  /** Whether a commit is done. */
  static final class Decision {
    private volatile boolean made;

    void make() {
      made = true;
    }
  }
}
