package io.purpledb.backend.replicated.snapshot;

import io.purpledb.config.ClusterConfig;

/**
 * How much of the log there may be before a snapshot takes its place. The bytes matter as well as
 * the entries: a node that starts has in its memory what it reads of the log, and Ratis lets go of
 * none of it before the log gets its next segment, however small the heap is.
 *
 * @param entries after so many
 * @param bytes after so many of their contents
 */
public record SnapshotThreshold(long entries, long bytes) {

  private static final long ENTRIES = 200_000;

  /** So large a part of the heap the log may be, at least. */
  private static final int HEAP_PART = 12;

  /** Of a heap of so many bytes. */
  public static SnapshotThreshold ofHeap(long heapBytes) {
    return new SnapshotThreshold(ENTRIES, heapBytes / HEAP_PART);
  }

  /** Not all nodes at the same entry: while one takes its snapshot, the others go on. */
  public SnapshotThreshold of(ClusterConfig cluster) {
    int place = cluster.members().indexOf(cluster.self());
    int members = cluster.members().size();
    return new SnapshotThreshold(
        entries + entries / members * place, bytes + bytes / members * place);
  }

  boolean isReached(long entries, long bytes) {
    return entries >= this.entries || bytes >= this.bytes;
  }
}
