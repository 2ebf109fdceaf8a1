package io.purpledb.backend.replicated.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The room on the disk of this member's log. Ratis cannot go on after an entry that it could not
 * write, so none is begun that may not fit: what makes the data grow ends while there is a reserve,
 * and deletions go on into most of it.
 */
public final class LogRoom {

  /** What is kept for deletions, elections and the end of a segment. */
  public static final long RESERVE_BYTES = 24L << 20;

  /**
   * What is kept for all that is no write: Ratis makes a segment of 4 MiB at once, and two files.
   */
  public static final long LAST_BYTES = 8L << 20;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LOOK_BYTES = 1 << 20;

  private final Path directory;
  private final LongSupplier usable;
  private final LongSupplier nanos;
  private long freeBytes;
  private long lookedAt;

  /** Why nothing may be written at all, whatever room there is. */
  private volatile @Nullable String harm;

  /** Taken since the last look, and between that and the one before: it may not be written yet. */
  private long taken;

  private long takenBefore;

  /** Of the file system that has a directory. */
  public static LogRoom of(Path directory) {
    return new LogRoom(directory, () -> usableBytes(directory), System::nanoTime);
  }

  /**
   * The same with what tests vary.
   *
   * @param usable the free bytes of the file system
   * @param nanos the time, as {@link System#nanoTime}
   */
  public LogRoom(Path directory, LongSupplier usable, LongSupplier nanos) {
    this.directory = directory;
    this.usable = usable;
    this.nanos = nanos;
    this.freeBytes = usable.getAsLong();
    this.lookedAt = nanos.getAsLong();
  }

  /** From now on nothing finds room, for good: what is written would not be found again. */
  public void harmed(String reason) {
    harm = reason;
  }

  /** Why that is; null as long as it is not. */
  public @Nullable String harm() {
    return harm;
  }

  /** Whether the data may grow by a write of so many bytes; it does not take them. */
  public synchronized boolean canGrow(long bytes) {
    return harm == null && left(bytes) >= RESERVE_BYTES;
  }

  /** Takes the room of a write of so many bytes; answers whether there was any. */
  public synchronized boolean take(long bytes) {
    if (harm != null || left(bytes) < LAST_BYTES) {
      return false;
    }
    taken += bytes;
    return true;
  }

  /** What is said of it when there is no room to grow. */
  public synchronized String refusal() {
    return "cluster: %d bytes are free for the log in %s (expected: at least %d); free some"
        .formatted(Math.max(0, left(0)), directory, RESERVE_BYTES);
  }

  private long left(long bytes) {
    long now = nanos.getAsLong();
    if (now - lookedAt >= LOOK_NANOS || taken >= LOOK_BYTES) {
      freeBytes = usable.getAsLong();
      lookedAt = now;
      takenBefore = taken;
      taken = 0;
    }
    return freeBytes - takenBefore - taken - bytes;
  }

  /** All there is when the file system does not tell: then a failed write tells. */
  private static long usableBytes(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE / 2;
    }
  }
}
