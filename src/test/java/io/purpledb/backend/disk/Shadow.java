package io.purpledb.backend.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What of one file is durable, and the faults of its device. A lock for all files makes a power cut
 * hit them at one moment.
 */
final class Shadow {

  /** Held by every change, and by a power cut. */
  static final Object POWER = new Object();

  private static final int SECTOR_BYTES = 4096;

  private byte[] forced = new byte[0];
  private int forcedSize;
  private boolean everForced;
  private final List<Change> waiting = new ArrayList<>();
  private int forces;
  private long writtenBytes;
  private int failures;
  private boolean full;
  private boolean readOnly;
  private Runnable beforeForce = () -> {};

  /** A write, or a truncation when there are no bytes. */
  private record Change(long position, @Nullable ByteBuffer bytes) {}

  /** How often the file was forced. */
  int forces() {
    synchronized (POWER) {
      return forces;
    }
  }

  /** How many bytes were written, forced or not. */
  long writtenBytes() {
    synchronized (POWER) {
      return writtenBytes;
    }
  }

  boolean everForced() {
    return everForced;
  }

  /** Lets the next forces fail and, as Linux does, drop what they should have made durable. */
  void failForces(int count) {
    synchronized (POWER) {
      failures = count;
    }
  }

  /** Lets the file not grow, as on a full disk; what it has can still be overwritten. */
  void full(boolean now) {
    synchronized (POWER) {
      full = now;
    }
  }

  boolean full() {
    synchronized (POWER) {
      return full;
    }
  }

  /** Lets the file not be written to at all. */
  void readOnly(boolean now) {
    synchronized (POWER) {
      readOnly = now;
    }
  }

  boolean readOnly() {
    synchronized (POWER) {
      return readOnly;
    }
  }

  /** Runs something on the forcing thread before each force. */
  void beforeForce(Runnable action) {
    synchronized (POWER) {
      beforeForce = action;
    }
  }

  void write(long position, byte[] bytes) {
    synchronized (POWER) {
      waiting.add(new Change(position, ByteBuffer.wrap(bytes)));
      writtenBytes += bytes.length;
    }
  }

  void truncate(long size) {
    synchronized (POWER) {
      waiting.add(new Change(size, null));
    }
  }

  void force() throws IOException {
    Runnable action;
    synchronized (POWER) {
      action = beforeForce;
    }
    action.run();
    synchronized (POWER) {
      if (failures > 0) {
        failures--;
        waiting.clear();
        throw new IOException("the device failed");
      }
      for (Change change : waiting) {
        apply(change);
      }
      waiting.clear();
      forces++;
      everForced = true;
    }
  }

  /** The forced bytes with a random part of the sectors written since, in any order. */
  byte[] afterPowerCut(Random torn) {
    double landed = new double[] {0, 0.3, 0.7, 1}[torn.nextInt(4)];
    return afterPowerCut(() -> torn.nextDouble() < landed);
  }

  /**
   * The forced bytes with some of the sectors written since.
   *
   * @param landed whether the next of them made it to the device
   */
  byte[] afterPowerCut(BooleanSupplier landed) {
    byte[] durable = forced;
    int durableSize = forcedSize;
    forced = forced.clone();
    for (Change change : waiting) {
      for (Change sector : sectors(change)) {
        if (landed.getAsBoolean()) {
          apply(sector);
        }
      }
    }
    byte[] found = Arrays.copyOf(forced, forcedSize);
    forced = durable;
    forcedSize = durableSize;
    return found;
  }

  private static List<Change> sectors(Change change) {
    ByteBuffer bytes = change.bytes();
    if (bytes == null) {
      return List.of(change);
    }
    List<Change> sectors = new ArrayList<>();
    for (int from = 0; from < bytes.limit(); ) {
      long position = change.position() + from;
      int room = SECTOR_BYTES - (int) (position % SECTOR_BYTES);
      int length = Math.min(room, bytes.limit() - from);
      sectors.add(new Change(position, bytes.slice(from, length)));
      from += length;
    }
    return sectors;
  }

  private void apply(Change change) {
    ByteBuffer bytes = change.bytes();
    if (bytes == null) {
      forcedSize = (int) Math.min(forcedSize, change.position());
      return;
    }
    int start = (int) change.position();
    int end = start + bytes.limit();
    if (end > forced.length) {
      forced = Arrays.copyOf(forced, Math.max(end, 2 * forced.length));
    }
    if (start > forcedSize) {
      Arrays.fill(forced, forcedSize, start, (byte) 0);
    }
    bytes.get(0, forced, start, bytes.limit());
    forcedSize = Math.max(forcedSize, end);
  }
}
