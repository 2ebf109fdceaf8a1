package io.purpledb.backend.replicated;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.grpc.RaftClientProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
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
final class RaftPort implements GrpcServices.Customizer, ServerInterceptor {

  /** What each member asks another; whatever a later Ratis adds is refused until it is here. */
  private static final Set<String> SERVED =
      Set.of(
          RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getInstallSnapshotMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getReadIndexMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName(),
          RaftServerProtocolServiceGrpc.getStartLeaderElectionMethod().getFullMethodName(),
          RaftClientProtocolServiceGrpc.getUnorderedMethod().getFullMethodName());

  private static final long HANDSHAKE_SECONDS = 5;
  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int MAX_CALLS_OF_A_CONNECTION = 64;

  private static final String VOTE =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  private final Runnable beforeVote;

  /**
   * @param beforeVote called before another member is told whether this one votes for it
   */
  RaftPort(Runnable beforeVote) {
    this.beforeVote = beforeVote;
  }

  @Override
  public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> on) {
    return builder
        .intercept(this)
        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .maxInboundMetadataSize(MAX_HEADER_BYTES)
        .maxConcurrentCallsPerConnection(MAX_CALLS_OF_A_CONNECTION);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (SERVED.contains(method)) {
      return next.startCall(method.equals(VOTE) ? new Voting<>(call) : call, headers);
    }
    call.close(
        Status.PERMISSION_DENIED.withDescription(method + " is not served to other processes"),
        new Metadata());
    return new ServerCall.Listener<>() {};
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
