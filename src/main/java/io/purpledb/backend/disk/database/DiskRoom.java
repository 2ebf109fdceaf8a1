package io.purpledb.backend.disk.database;

import io.purpledb.backend.disk.record.DiskFullException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is room on the disk for writes. While there is none they are refused, and from time
 * to time it is tried again. Written by the writer's thread, read by all.
 */
final class DiskRoom {

  private static final Logger LOG = System.getLogger(DiskRoom.class.getName());
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private volatile @Nullable DiskFullException missing;
  private long retryAt;

  /** Why writes are refused, null while they are not. */
  @Nullable DiskFullException missing() {
    return missing;
  }

  /** What there is to say of it, null when there is nothing. */
  @Nullable String notice() {
    DiskFullException now = missing;
    if (now == null) {
      return null;
    }
    String served = now.isReadOnly() ? "reads are served" : "reads and deletes are served";
    return now.getMessage() + "; writes are refused, " + served;
  }

  /** Whether it is time to look for room again. */
  boolean retryDue() {
    return missing != null && System.nanoTime() - retryAt >= 0;
  }

  /** There was no room. */
  void gone(DiskFullException why) {
    if (missing == null) {
      LOG.log(Level.WARNING, "{0}; writes are refused until that ends", why.getMessage());
    }
    missing = why;
    retryAt = System.nanoTime() + RETRY_NANOS;
  }

  /** There is room. */
  void back() {
    if (missing != null) {
      LOG.log(Level.INFO, "the disk takes writes again");
      missing = null;
    }
  }
}
