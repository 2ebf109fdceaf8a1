package io.purpledb.backend.replicated.raft;

import io.purpledb.config.ClusterConfig;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.config.host.OwnAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How Ratis is set: each line that differs from its defaults, with the reason. */
public final class RaftSettings {

  /** A follower that hears nothing for so long asks for votes; a leader alone steps down. */
  public static final int ELECTION_MIN_MILLIS = 1_250;

  public static final int ELECTION_MAX_MILLIS = 2_000;

  /**
   * How often a leader says that it leads; 500 less than the least, for a follower that is busy.
   */
  public static final int HEARTBEAT_MILLIS = 750;

  /** What the largest entry may have around it in a message, and in a buffer. */
  private static final long AROUND_BYTES = 1 << 20;

  /** The largest entry that any log may have: a value of the largest size that can be set. */
  public static final SizeInBytes ENTRY_MAX = SizeInBytes.valueOf("65MB");

  private static final long MIB = 1 << 20;

  /**
   * Ratis says how large an entry may be to the stream that it reads its log from, too: so far back
   * that can go. At the end of the log it reads up to twice an entry, to see that nothing follows,
   * and goes back ("Resetting to invalid mark", and the log cannot be opened).
   */
  private static final int MARK_FACTOR = 2;

  /** Less would make small entries travel in many messages. */
  private static final int LEAST_BUFFER_BYTES = 4 << 20;

  /** Each queue and cache has at most such a part of the heap; there are five. */
  private static final int HEAP_PARTS = 32;

  private static final long TAKEN_FOR_DEAD_DAYS = 365;

  private RaftSettings() {}

  /**
   * The properties of a node.
   *
   * @param entryBytes the largest entry that the log may have
   * @param heapBytes the largest heap: queues and caches are parts of it
   * @throws UnknownHostException when this machine has no address to listen on
   */
  public static RaftProperties of(
      ClusterConfig cluster,
      Path directory,
      long requestTimeoutMillis,
      int entryBytes,
      long heapBytes)
      throws UnknownHostException {
    RaftProperties p = new RaftProperties();
    RaftConfigKeys.Rpc.setType(p, new CalmGrpc());
    RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
    int bufferBytes = Math.max(LEAST_BUFFER_BYTES, MARK_FACTOR * entryBytes);
    network(p, cluster.self(), bufferBytes, heapBytes);
    elections(p);
    log(p, bufferBytes, heapBytes);
    snapshots(p);
    // The leader reads, when the ReadIndex says that it still leads.
    RaftServerConfigKeys.Read.setOption(p, RaftServerConfigKeys.Read.Option.DEFAULT);
    // A request is sent again for as long as it may take, never later.
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, millis(requestTimeoutMillis + 1_000));
    RaftServerConfigKeys.Write.setElementLimit(p, 16_384);
    RaftServerConfigKeys.Write.setByteLimit(p, waitingBytes(heapBytes, entryBytes));
    return p;
  }

  /** What writes that wait may have: at this node to be sent, and at the leader. */
  public static SizeInBytes waitingBytes(long heapBytes, int entryBytes) {
    return part(heapBytes, HEAP_PARTS, entryBytes, 128);
  }

  /**
   * What the port answers, and certificates; none when the cluster has none.
   *
   * @param room what entries of the log need
   * @param entryBytes the largest entry that the log may have
   * @param beforeVote called before this node tells another whether it votes for it
   */
  public static Parameters parameters(
      ClusterConfig cluster, LogRoom room, int entryBytes, Runnable beforeVote) {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters, new RaftPort(room, entryBytes, beforeVote));
    ClusterTls tls = cluster.tls();
    if (tls != null) {
      GrpcConfigKeys.TLS.setConf(
          parameters,
          new GrpcTlsConfig(
              tls.key().toFile(), tls.certificate().toFile(), tls.authority().toFile(), true));
    }
    return parameters;
  }

  /** A part of the heap, but at least so many bytes and at most so many MiB. */
  private static SizeInBytes part(long heapBytes, int part, long least, long mostMib) {
    return size(Math.max(least, Math.min(mostMib * MIB, heapBytes / part)));
  }

  private static SizeInBytes size(long bytes) {
    return SizeInBytes.valueOf(bytes);
  }

  private static void network(RaftProperties p, Member self, int bufferBytes, long heapBytes)
      throws UnknownHostException {
    GrpcConfigKeys.Server.setHost(p, OwnAddress.of(self).getHostAddress());
    GrpcConfigKeys.Server.setPort(p, self.replicationPort());
    GrpcConfigKeys.setMessageSizeMax(p, size(bufferBytes + 7 * AROUND_BYTES));
    GrpcConfigKeys.setFlowControlWindow(p, SizeInBytes.valueOf("8MB"));
    // Each outstanding append may be as large as the buffer.
    GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(
        p, (int) Math.max(2, Math.min(4, heapBytes / HEAP_PARTS / bufferBytes)));
  }

  private static void elections(RaftProperties p) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(ELECTION_MIN_MILLIS));
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(ELECTION_MAX_MILLIS));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(150));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(900));
    // A leader that lost its majority may be the only one that can lead again: not after 10 s.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, millis(ELECTION_MAX_MILLIS));
    // Short pauses are no news.
    RaftServerConfigKeys.setSleepDeviationThreshold(p, millis(5_000));
    // Ratis would close itself for good after a pause of a minute, such as of a laptop.
    RaftServerConfigKeys.setCloseThreshold(
        p, TimeDuration.valueOf(TAKEN_FOR_DEAD_DAYS, TimeUnit.DAYS));
  }

  private static void log(RaftProperties p, int bufferBytes, long heapBytes) {
    // How often a follower that is away is tried: by default never again with a pause after 1,030
    // failures, which is a busy loop, and 5 s too late when it is back before.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "10ms,5, 100ms,2000000000");
    // A write goes to the followers at once; Ratis would wait for a millisecond.
    RaftServerConfigKeys.Log.Appender.setWaitTimeMin(p, TimeDuration.ZERO);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, size(bufferBytes));
    RaftServerConfigKeys.Log.setWriteBufferSize(p, size(bufferBytes + AROUND_BYTES));
    RaftServerConfigKeys.Log.setQueueByteLimit(p, part(heapBytes, HEAP_PARTS, bufferBytes, 128));
    // The entries of the open segment are kept in memory, and those of others up to a bound.
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, part(heapBytes, HEAP_PARTS, 4 * MIB, 64));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, part(heapBytes, HEAP_PARTS, 4 * MIB, 64));
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(
        p, part(heapBytes, HEAP_PARTS, MIB, 16));
    // What a snapshot has, a node that was away gets by the snapshot.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(p, 1);
  }

  private static void snapshots(RaftProperties p) {
    // It asks after each write; Snapshots knows when it is time.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, 1);
    RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
