package io.purpledb.backend.disk.log;

/**
 * What one database may keep in memory, in bytes. Each is as large as it is useful, and on a small
 * heap a share of it: all databases that are open together, the requests that they serve, and a few
 * copies of the largest value have to fit.
 *
 * @param cache of H2's pages
 * @param changed pages that a checkpoint has not written yet
 * @param batch of requests that are run together; one alone may be larger
 * @param journal of blocks that are not in the database file yet, in memory as on disk
 * @param log changes since the last checkpoint, which an opening runs again in memory
 * @param items of sets that were changed last
 * @param entries that were read last
 */
public record DiskMemory(
    long cache, long changed, long batch, long journal, long log, long items, long entries) {

  private static final long MIB = 1 << 20;

  /** From about 14 MiB of changed pages on, H2 writes by itself. */
  private static final long MOST_CHANGED = 12 * MIB;

  /** What the databases may have together, in shares of which the heap has 32. */
  private static final int SHARES = 5;

  /** What was read last takes a tenth of the heap at most: a request for it needs no thread. */
  private static final int ENTRIES_PART = 10;

  /** How many are open together: entries, and one that an upgrade reads. */
  private static final int DATABASES = 2;

  /** A share of the heap that this JVM may have. */
  public static DiskMemory ofThisJvm() {
    return ofHeap(Runtime.getRuntime().maxMemory(), DATABASES);
  }

  /**
   * @param heap the largest that it may become, in bytes
   * @param databases how many are open together at most
   */
  static DiskMemory ofHeap(long heap, int databases) {
    long share = heap * SHARES / databases / 32;
    return new DiskMemory(
        Math.min(share, 32 * MIB),
        Math.min(share, MOST_CHANGED),
        Math.min(share / 2, 4 * MIB),
        Math.min(share, 8 * MIB),
        Math.min(2 * share, 32 * MIB),
        Math.min(heap / 16, 64 * MIB),
        heap / ENTRIES_PART);
  }
}
