package io.purpledb.backend.replicated;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.grpc.RaftClientProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
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
final class RaftPort implements GrpcServices.Customizer, ServerInterceptor {

  private final LogRoom room;

  /**
   * @param room what entries of the log need; those that find none are refused, and the leader
   *     sends them again, while its heartbeats keep this node a follower
   */
  RaftPort(LogRoom room) {
    this.room = room;
  }

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
  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int MAX_CALLS_OF_A_CONNECTION = 64;

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
      return method.equals(APPEND) ? appending(call, headers, next) : next.startCall(call, headers);
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
    return append.getEntriesCount() == 0 || room.take(append.getSerializedSize());
  }
}
