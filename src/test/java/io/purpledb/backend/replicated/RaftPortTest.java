package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.backend.replicated.raft.RaftPort;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.ReadIndexReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.util.FileUtils;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger finds on the port of the replicas. */
@Tag("long")
final class RaftPortTest {

  @Test
  void administrationIsRefusedAndChangesNothing(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll();
        RaftClient stranger = stranger(nodes)) {
      new Ask(nodes.node(0)).put("k", "v");
      RaftGroup group = Group.of(nodes.config(0), Group::address);
      for (Member member : nodes.members) {
        RaftPeerId peer = Group.id(member);
        assertRefused(() -> stranger.getGroupManagementApi(peer).list());
        assertRefused(() -> stranger.getGroupManagementApi(peer).info(group.getGroupId()));
        assertRefused(
            () -> stranger.getGroupManagementApi(peer).remove(group.getGroupId(), true, false));
        assertRefused(() -> stranger.getGroupManagementApi(peer).add(RaftGroup.emptyGroup()));
        assertRefused(() -> stranger.getSnapshotManagementApi(peer).create(1_000));
        assertRefused(() -> stranger.getLeaderElectionManagementApi(peer).pause());
      }
      assertRefused(() -> stranger.admin().transferLeadership(null, 500));
      assertRefused(() -> stranger.admin().setConfiguration(List.copyOf(group.getPeers())));
      for (int i = 0; i < 3; i++) {
        assertThat(new Ask(nodes.node(i)).get("k")).isEqualTo("v");
      }
      for (int i = 0; i < 3; i++) {
        nodes.kill(i);
      }
      nodes.startAll();
      assertThat(new Ask(nodes.node(0)).get("k")).isEqualTo("v");
    }
  }

  /** Once in the log it would end every node that applies it, at each start again. */
  @Test
  void aWriteThatCannotBeReadIsRefusedBeforeTheLog(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      RaftGroup group = Group.of(nodes.config(0), Group::address);
      for (String bytes : List.of("", "x", "12345678", "12345678\005kvPuX", "12345678\377")) {
        ByteString write = ByteString.copyFrom(bytes, StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> new SentWrite(nodes, group, ClientId.randomId(), write).send())
            .as(bytes)
            .isInstanceOf(StateMachineException.class);
      }
      new Ask(nodes.node(0)).put("k", "w");
      nodes.kill(0);
      nodes.startAll();
      assertThat(new Ask(nodes.node(0)).get("k")).isEqualTo("w");
    }
  }

  @Test
  void aMemberThatIsGivenByNameListensOnlyOnTheAddressOfThatName(@TempDir Path directory)
      throws Exception {
    int port = Nodes.members(1).get(0).port();
    try (Nodes nodes = new Nodes(List.of(new Member("localhost", port)), directory).startAll()) {
      new Ask(nodes.node(0)).put("k", "v");
      assertThatThrownBy(() -> new Socket("127.0.0.2", port).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aMemberWhoseLogIsGoneDoesNotStartAsAnEmptyOne(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(3, directory).startAll()) {
      new Ask(nodes.node(0)).put("k", "v");
      nodes.kill(2);
      Path home = Group.directory(nodes.config(2), nodes.directory(2));
      FileUtils.deleteFully(log(home));
      assertThatThrownBy(() -> nodes.start(2))
          .isInstanceOfSatisfying(
              StartFailure.class,
              failure ->
                  assertThat(failure.line())
                      .contains("is gone, though this member had data")
                      .contains("put it back")
                      .contains("remove " + home.resolve("members")));

      Files.delete(home.resolve("members"));
      nodes.start(2);
      nodes.awaitLeader();
      assertThat(new Ask(nodes.node(2)).get("k")).isEqualTo("v");
    }
  }

  /** Else a member that is killed just then could vote for another one as well. */
  @Test
  void aVoteIsRememberedBeforeItIsTold() {
    List<String> order = new ArrayList<>();
    RaftPort port = new RaftPort(LogRoom.of(Path.of("")), 1 << 20, () -> order.add("remembered"));
    answer(
        port,
        new Call<>(RaftServerProtocolServiceGrpc.getRequestVoteMethod(), order),
        RequestVoteReplyProto.getDefaultInstance());
    answer(
        port,
        new Call<>(RaftServerProtocolServiceGrpc.getReadIndexMethod(), order),
        ReadIndexReplyProto.getDefaultInstance());
    assertThat(order).containsExactly("remembered", "told", "told");
  }

  private static <Q, A> void answer(RaftPort port, Call<Q, A> call, A answer) {
    port.interceptCall(
        call,
        new Metadata(),
        (ServerCall<Q, A> answered, Metadata headers) -> {
          answered.sendMessage(answer);
          return new ServerCall.Listener<Q>() {};
        });
  }

  private static final class Call<Q, A> extends ServerCall<Q, A> {

    private final MethodDescriptor<Q, A> method;
    private final List<String> order;

    Call(MethodDescriptor<Q, A> method, List<String> order) {
      this.method = method;
      this.order = order;
    }

    @Override
    public void sendMessage(A message) {
      order.add("told");
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
      return method;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void close(Status status, Metadata trailers) {}
  }

  private static Path log(Path home) throws IOException {
    try (var files = Files.list(home)) {
      return files.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call).hasStackTraceContaining("PERMISSION_DENIED");
  }

  private static RaftClient stranger(Nodes nodes) {
    return RaftClient.newBuilder()
        .setRaftGroup(Group.of(nodes.config(0), Group::address))
        .setProperties(new RaftProperties())
        .setRetryPolicy(RetryPolicies.noRetry())
        .build();
  }
}
