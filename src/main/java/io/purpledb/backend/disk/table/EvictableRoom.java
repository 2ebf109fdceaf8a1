package io.purpledb.backend.disk.table;

import io.purpledb.backend.disk.database.LargeValues;
import org.jspecify.annotations.Nullable;

/**
 * How much room the entries of one service take, and how much they may: whoever keeps them evicts
 * while it is {@link #isOver}. On the writer's thread, but for {@link #begin}.
 */
public final class EvictableRoom {

  /** With what is first in its envelope, an entry costs about 150 bytes beside key and value. */
  private static final long ENTRY_BYTES = 132;

  /** So much more than was put is evicted at once, if there was too much before. */
  private static final long BIT_BYTES = 256 << 10;

  private final String service;
  private final long maxBytes;

  /** Whether the bound holds: what is there of a service that is kept elsewhere now stays. */
  private volatile boolean begun;

  private long usedBytes;
  private long committedBytes;

  /**
   * @param maxBytes how much its entries may take, with what is around them
   */
  public EvictableRoom(String service, long maxBytes) {
    this.service = service;
    this.maxBytes = maxBytes;
  }

  /** One without a service. */
  public static EvictableRoom none() {
    return new EvictableRoom("", 0);
  }

  /** From now on the bound holds. */
  public void begin() {
    begun = true;
  }

  public String service() {
    return service;
  }

  public boolean isOf(String other) {
    return service.equals(other);
  }

  /**
   * What entries cost.
   *
   * @param bytes of all their keys and rows, with what they have elsewhere
   */
  static long cost(long entries, long bytes) {
    return entries * ENTRY_BYTES + bytes;
  }

  private static long cost(byte[] key, EntryRow row) {
    return cost(1, key.length + RowEnvelope.bytes(row));
  }

  /** Whether an entry would not fit if it were alone. */
  public boolean isTooLarge(byte[] key, EntryRow row) {
    boolean goesInParts = row.parts() == EntryRow.NO_PARTS && LargeValues.isLarge(row.bytes());
    return begun && cost(key, row) + (goesInParts ? RowEnvelope.PARTS_BYTES : 0) > maxBytes;
  }

  /** Its entries were counted. */
  public void start(long bytes) {
    usedBytes = bytes;
    committedBytes = bytes;
  }

  /** An entry is in the place of another; null for none. */
  public void changed(byte[] key, EntryTable.@Nullable Sized before, @Nullable EntryRow after) {
    long freed = before == null ? 0 : cost(1, key.length + before.bytes());
    usedBytes = Math.max(0, usedBytes - freed); // less if it was not known at the start
    usedBytes += after == null ? 0 : cost(key, after);
  }

  /** What was changed is committed. */
  public void committed() {
    committedBytes = usedBytes;
  }

  /** What was changed since is not so. */
  public void undone() {
    usedBytes = committedBytes;
  }

  public long usedBytes() {
    return usedBytes;
  }

  /**
   * Whether more has to go with this commit. Where there was too much before, as after a start with
   * less room, it gets less by a bit with each.
   */
  public boolean isOver() {
    return begun && usedBytes > Math.max(maxBytes, committedBytes - BIT_BYTES);
  }
}
