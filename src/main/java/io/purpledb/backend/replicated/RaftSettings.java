package io.purpledb.backend.replicated;

import io.purpledb.config.ClusterConfig;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.config.OwnAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How Ratis is set: each line that differs from its defaults, with the reason. */
final class RaftSettings {

  /** A follower that hears nothing for so long asks for votes; a leader alone steps down. */
  static final int ELECTION_MIN_MILLIS = 750;

  static final int ELECTION_MAX_MILLIS = 1_500;

  /** A value of the largest size that can be set, its key and what is around it. */
  static final SizeInBytes ENTRY_MAX = SizeInBytes.valueOf("65MB");

  private static final SizeInBytes MESSAGE_MAX = SizeInBytes.valueOf("72MB");

  private static final long TAKEN_FOR_DEAD_DAYS = 365;

  private RaftSettings() {}

  /**
   * The properties of a node.
   *
   * @param snapshotEntries after how many entries of the log a snapshot is taken
   * @throws UnknownHostException when this machine has no address to listen on
   */
  static RaftProperties of(
      ClusterConfig cluster, Path directory, long requestTimeoutMillis, long snapshotEntries)
      throws UnknownHostException {
    RaftProperties p = new RaftProperties();
    RaftConfigKeys.Rpc.setType(p, SupportedRpcType.GRPC);
    RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
    network(p, cluster.self());
    elections(p);
    log(p);
    snapshots(p, spread(cluster, snapshotEntries));
    // The leader reads, when a Confirmation says that it still leads.
    RaftServerConfigKeys.Read.setOption(p, RaftServerConfigKeys.Read.Option.DEFAULT);
    // A request is sent again for as long as it may take, never later.
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, millis(requestTimeoutMillis + 1_000));
    RaftServerConfigKeys.Write.setElementLimit(p, 16_384);
    RaftServerConfigKeys.Write.setByteLimit(p, SizeInBytes.valueOf("128MB"));
    return p;
  }

  /**
   * What the port answers, and certificates; none when the cluster has none.
   *
   * @param beforeVote called before this node tells another whether it votes for it
   */
  static Parameters parameters(ClusterConfig cluster, Runnable beforeVote) {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.Server.setServicesCustomizer(parameters, new RaftPort(beforeVote));
    ClusterTls tls = cluster.tls();
    if (tls != null) {
      GrpcConfigKeys.TLS.setConf(
          parameters,
          new GrpcTlsConfig(
              tls.key().toFile(), tls.certificate().toFile(), tls.authority().toFile(), true));
    }
    return parameters;
  }

  private static void network(RaftProperties p, Member self) throws UnknownHostException {
    GrpcConfigKeys.Server.setHost(p, OwnAddress.of(self).getHostAddress());
    GrpcConfigKeys.Server.setPort(p, self.replicationPort());
    GrpcConfigKeys.setMessageSizeMax(p, MESSAGE_MAX);
    GrpcConfigKeys.setFlowControlWindow(p, SizeInBytes.valueOf("8MB"));
    // Each outstanding append may be as large as an entry.
    GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(p, 4);
  }

  private static void elections(RaftProperties p) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(ELECTION_MIN_MILLIS));
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(ELECTION_MAX_MILLIS));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(150));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(900));
    // Short pauses are no news.
    RaftServerConfigKeys.setSleepDeviationThreshold(p, millis(5_000));
    // Ratis would close itself for good after a pause of a minute, such as of a laptop.
    RaftServerConfigKeys.setCloseThreshold(
        p, TimeDuration.valueOf(TAKEN_FOR_DEAD_DAYS, TimeUnit.DAYS));
  }

  private static void log(RaftProperties p) {
    // How often a follower that is away is tried: by default never again with a pause after 1,030
    // failures, which is a busy loop, and 5 s too late when it is back before.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "10ms,5, 100ms,2000000000");
    // A write goes to the followers at once; Ratis would wait for a millisecond.
    RaftServerConfigKeys.Log.Appender.setWaitTimeMin(p, TimeDuration.ZERO);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, ENTRY_MAX);
    RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("66MB"));
    RaftServerConfigKeys.Log.setQueueByteLimit(p, SizeInBytes.valueOf("128MB"));
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("64MB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, SizeInBytes.valueOf("64MB"));
    // What a snapshot has, a node that was away gets by the snapshot.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(p, 1);
  }

  private static void snapshots(RaftProperties p, long entries) {
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, entries);
    RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
  }

  /** Not all nodes at the same entry: while one takes its snapshot, the others go on. */
  private static long spread(ClusterConfig cluster, long entries) {
    int place = cluster.members().indexOf(cluster.self());
    return entries + entries * place / cluster.members().size();
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
