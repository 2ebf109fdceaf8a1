package io.purpledb.backend.replicated.raft;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Ratis' gRPC with a leader that says every {@link RaftSettings#HEARTBEAT_MILLIS} that it leads.
 * Ratis does it twice in the shortest time after which a follower asks for votes, and what a leader
 * costs at rest is mostly that.
 */
public final class CalmGrpc implements RpcType {

  /** Public, as Ratis makes it by its name. */
  public CalmGrpc() {}

  @Override
  public String name() {
    return CalmGrpc.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new GrpcFactory(parameters) {
      @Override
      public LogAppender newLogAppender(
          RaftServer.Division server, LeaderState state, FollowerInfo follower) {
        return new Appender(server, state, follower);
      }
    };
  }

  /**
   * How long a leader may wait until it says so again, as Ratis has it with a time of its own: so
   * long after the last answer, and half as long after the last time when no answer came.
   *
   * @param sinceAnswer the milliseconds since the follower answered
   * @param sinceSent the milliseconds since it was told
   */
  public static long waitMillis(long sinceAnswer, long sinceSent) {
    return Math.max(
        RaftSettings.HEARTBEAT_MILLIS - sinceAnswer, RaftSettings.HEARTBEAT_MILLIS / 2 - sinceSent);
  }

  /** Sends to one follower. */
  private static final class Appender extends GrpcLogAppender {

    Appender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      super(server, state, follower);
    }

    @Override
    public long getHeartbeatWaitTimeMs() {
      FollowerInfo follower = getFollower();
      return super.getHeartbeatWaitTimeMs() == 0 // at once, as it was asked to
          ? 0
          : waitMillis(
              follower.getLastRpcResponseTime().elapsedTimeMs(),
              follower.getLastHeartbeatSendTime().elapsedTimeMs());
    }
  }
}
