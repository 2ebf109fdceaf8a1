package io.purpledb.backend.replicated.raft;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.grpc.RaftClientProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/**
 * What the port of the replicas answers: only what members ask each other. Ratis serves its
 * administration on the same port (list, add and remove groups with their files, change members,
 * move the lead, take snapshots, stop elections), to whoever reaches it. Purple's members are a
 * fixed list and the lead is handed over from within, so all of that is refused.
 */
public final class RaftPort implements GrpcServices.Customizer, ServerInterceptor {

  private static final Logger LOG = System.getLogger(RaftPort.class.getName());

  /** What each member asks another; whatever a later Ratis adds is refused until it is here. */
  private static final Set<String> SERVED =
      Set.of(
          RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getInstallSnapshotMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getReadIndexMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getStartLeaderElectionMethod().getFullMethodName(),
          RaftClientProtocolServiceGrpc.getUnorderedMethod().getFullMethodName());

  private static final String APPEND =
      RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName();

  private static final long HANDSHAKE_SECONDS = 5;

  /**
   * So long without a call, or without an answer to a ping. Members ask every 6 s, every 2 s while
   * there are writes.
   */
  private static final long IDLE_SECONDS = 30;

  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int MAX_CALLS_OF_A_CONNECTION = 64;

  private static final String VOTE =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  private final LogRoom room;
  private final int entryBytes;
  private final Runnable beforeVote;
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * @param room what entries of the log need; those that find none are passed over, and the leader
   *     sends them again after a time, while its heartbeats keep this node a follower
   * @param entryBytes the largest entry that the log may have; larger ones are passed over as well
   * @param beforeVote called before another member is told whether this one votes for it
   */
  public RaftPort(LogRoom room, int entryBytes, Runnable beforeVote) {
    this.room = room;
    this.entryBytes = entryBytes;
    this.beforeVote = beforeVote;
  }

  @Override
  public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> on) {
    var unused = RaftPortLog.begin();
    return builder
        .intercept(this)
        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .maxInboundMetadataSize(MAX_HEADER_BYTES)
        .maxConcurrentCallsPerConnection(MAX_CALLS_OF_A_CONNECTION);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (SERVED.contains(method)) {
      return method.equals(APPEND)
          ? appending(call, headers, next)
          : next.startCall(method.equals(VOTE) ? new Voting<>(call) : call, headers);
    }
    call.close(
        Status.PERMISSION_DENIED.withDescription(method + " is not served to other processes"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private <Q, A> ServerCall.Listener<Q> appending(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        if (hasRoom((AppendEntriesRequestProto) message)) {
          super.onMessage(message);
        } else {
          call.request(1); // as if this one were lost on its way
        }
      }
    };
  }

  private boolean hasRoom(AppendEntriesRequestProto append) {
    for (LogEntryProto entry : append.getEntriesList()) {
      if (entry.getSerializedSize() > entryBytes) {
        tellTooLarge(entry);
        return false;
      }
    }
    return append.getEntriesCount() == 0 || room.take(append.getSerializedSize());
  }

  private void tellTooLarge(LogEntryProto entry) {
    if (!told.getAndSet(true)) {
      LOG.log(
          Level.ERROR,
          "cluster: the leader sends a write of {0,number,#} bytes (expected: at most {1,number,#});"
              + " this member cannot follow until it has the max-value-bytes of the others",
          entry.getSerializedSize(),
          entryBytes);
    }
  }

  private final class Voting<Q, A> extends SimpleForwardingServerCall<Q, A> {

    Voting(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void sendMessage(A answer) {
      beforeVote.run();
      super.sendMessage(answer);
    }
  }
}
