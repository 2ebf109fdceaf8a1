package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.server.grpc.TestGrpcServer.StandIn;
import io.purpledb.support.ClosedPort;
import io.purpledb.support.QuietLog;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.net.BindException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the server opens and closes. */
@Timeout(30)
class GrpcLifecycleTest {

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final Buffer REQUEST =
      RawGrpcClient.frame(KvGetRequest.newBuilder().setKey("k").build().toByteArray());

  @RegisterExtension final QuietLog log = new QuietLog();

  @Test
  void takesOneFreePortForAllInstances() {
    try (TestGrpcServer server = TestGrpcServer.of(TestGrpcServer.config(1_000), List.of())) {
      assertThat(server.ports()).hasSize(2).allMatch(port -> port == server.port());
      assertThat(server.port()).isPositive();
    }
  }

  @Test
  void failsToStartOnATakenPort() {
    try (TestGrpcServer server = TestGrpcServer.of(TestGrpcServer.config(1_000), List.of())) {
      assertThatThrownBy(
              () -> TestGrpcServer.of(TestGrpcServer.config(server.port(), 1, 1_000), List.of()))
          .isInstanceOf(BindException.class);
    }
  }

  @Test
  void finishesWhatIsInFlightAndAcceptsNothingNew() throws Exception {
    Promise<KvGetResponse> owed = Promise.promise();
    Promise<Void> asked = Promise.promise();
    try (TestGrpcServer server =
            TestGrpcServer.of(
                TestGrpcServer.config(10_000),
                List.of(
                    () ->
                        new StandIn<>(
                            "kv",
                            KvGetRequest.class,
                            q -> {
                              asked.tryComplete();
                              return owed.future().map(response -> response);
                            },
                            Future::succeededFuture)));
        RawGrpcClient client = new RawGrpcClient(server.port())) {
      HttpClientRequest half = client.open(GET, Map.of());
      Future<Answer> halfAnswer = RawGrpcClient.answer(half);
      TestGrpcServer.await(half.write(REQUEST.getBuffer(0, 3)));
      Future<Answer> answer = RawGrpcClient.answer(client.open(GET, Map.of()), REQUEST);
      TestGrpcServer.await(asked.future());
      Promise<Void> goAway = Promise.promise();
      half.connection().goAwayHandler(x -> goAway.tryComplete());
      Future<Void> closed = server.closeServer();
      TestGrpcServer.await(goAway.future());

      ClosedPort.await(server.port());
      assertThat(answer.isComplete()).isFalse();
      assertThat(closed.isComplete()).isFalse();
      owed.complete(KvGetResponse.getDefaultInstance());
      assertThat(TestGrpcServer.await(answer).status()).isEqualTo(GrpcStatus.OK);
      half.end(REQUEST.getBuffer(3, REQUEST.length()));
      assertThat(TestGrpcServer.await(halfAnswer).status()).isEqualTo(GrpcStatus.OK);

      long start = System.nanoTime();
      TestGrpcServer.await(closed);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(5_000);
    }
    // Vert.x leaves a connection to Netty that comes while the socket is being closed.
    assertThat(log.take())
        .allMatch(line -> line.contains("Failed to register an accepted channel"));
  }

  @Test
  void endsReflectionWhenItCloses() {
    try (TestGrpcServer server = TestGrpcServer.of(TestGrpcServer.config(10_000), List.of());
        RawGrpcClient client = new RawGrpcClient(server.port())) {
      HttpClientRequest request =
          client.open("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Map.of());
      Future<Answer> answer = RawGrpcClient.answer(request);
      TestGrpcServer.await(request.sendHead());
      client.call("/grpc.health.v1.Health/Check", Map.of(), RawGrpcClient.frame(new byte[0]));
      TestGrpcServer.await(server.closeServer());

      assertThat(TestGrpcServer.await(answer).status()).isEqualTo(GrpcStatus.UNAVAILABLE);
      assertThat(TestGrpcServer.await(answer).text()).isEqualTo("the server is stopping");
    }
  }
}
