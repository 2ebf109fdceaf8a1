package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.server.grpc.RawClient.Answer;
import io.purpledb.server.grpc.TestDoor.StandIn;
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

/** How the door opens and closes. */
@Timeout(30)
class LifecycleTest {

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final Buffer REQUEST =
      RawClient.frame(KvGetRequest.newBuilder().setKey("k").build().toByteArray());

  @RegisterExtension final QuietLog log = new QuietLog();

  @Test
  void takesOneFreePortForAllInstances() {
    try (TestDoor server = TestDoor.of(TestDoor.config(1_000), List.of())) {
      assertThat(server.ports()).hasSize(2).allMatch(port -> port == server.port());
      assertThat(server.port()).isPositive();
    }
  }

  @Test
  void failsToStartOnATakenPort() {
    try (TestDoor server = TestDoor.of(TestDoor.config(1_000), List.of())) {
      assertThatThrownBy(() -> TestDoor.of(TestDoor.config(server.port(), 1, 1_000), List.of()))
          .isInstanceOf(BindException.class);
    }
  }

  @Test
  void finishesWhatIsInFlightAndAcceptsNothingNew() throws Exception {
    Promise<KvGetResponse> owed = Promise.promise();
    Promise<Void> asked = Promise.promise();
    try (TestDoor server =
            TestDoor.of(
                TestDoor.config(10_000),
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
        RawClient client = new RawClient(server.port())) {
      HttpClientRequest half = client.open(GET, Map.of());
      Future<Answer> halfAnswer = RawClient.answer(half);
      TestDoor.await(half.write(REQUEST.getBuffer(0, 3)));
      Future<Answer> answer = RawClient.answer(client.open(GET, Map.of()), REQUEST);
      TestDoor.await(asked.future());
      Promise<Void> goAway = Promise.promise();
      half.connection().goAwayHandler(x -> goAway.tryComplete());
      Future<Void> closed = server.closeDoor();
      TestDoor.await(goAway.future());

      ClosedPort.await(server.port());
      assertThat(answer.isComplete()).isFalse();
      assertThat(closed.isComplete()).isFalse();
      owed.complete(KvGetResponse.getDefaultInstance());
      assertThat(TestDoor.await(answer).status()).isEqualTo(GrpcStatus.OK);
      half.end(REQUEST.getBuffer(3, REQUEST.length()));
      assertThat(TestDoor.await(halfAnswer).status()).isEqualTo(GrpcStatus.OK);

      long start = System.nanoTime();
      TestDoor.await(closed);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(5_000);
    }
    // Vert.x leaves a connection to Netty that comes while the socket is being closed.
    assertThat(log.take())
        .allMatch(line -> line.contains("Failed to register an accepted channel"));
  }

  @Test
  void endsReflectionWhenItCloses() {
    try (TestDoor server = TestDoor.of(TestDoor.config(10_000), List.of());
        RawClient client = new RawClient(server.port())) {
      HttpClientRequest request =
          client.open("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Map.of());
      Future<Answer> answer = RawClient.answer(request);
      TestDoor.await(request.sendHead());
      client.call("/grpc.health.v1.Health/Check", Map.of(), RawClient.frame(new byte[0]));
      TestDoor.await(server.closeDoor());

      assertThat(TestDoor.await(answer).status()).isEqualTo(GrpcStatus.UNAVAILABLE);
      assertThat(TestDoor.await(answer).text()).isEqualTo("the server is stopping");
    }
  }
}
