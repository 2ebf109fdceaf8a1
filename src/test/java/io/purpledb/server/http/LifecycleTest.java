package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.config.Config;
import io.purpledb.message.Bus;
import io.purpledb.message.Endpoint;
import io.purpledb.support.ClosedPort;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A door listens once for all event loops, and stops without cutting anybody off. */
@Timeout(60)
class LifecycleTest {

  private static final Config CONFIG = TestDoor.config(4096, 10_000);
  private static final String GET = "GET /kv/a HTTP/1.1\r\nHost: a\r\n\r\n";

  /** A KV service that answers when it is told to. */
  private static final class PatientService extends Endpoint {

    private final Promise<Void> asked = Promise.promise();
    private final Promise<KvGetResponse> answer = Promise.promise();

    PatientService() {
      super(Bus.service("kv"), 10);
      on(
          KvGetRequest.class,
          request -> {
            asked.tryComplete();
            return answer.future();
          });
    }

    @Override
    protected Future<Void> health() {
      return Future.succeededFuture();
    }
  }

  @Test
  void allInstancesShareAPort() {
    try (TestDoor door = TestDoor.start(CONFIG);
        TestDoor other = TestDoor.start(CONFIG)) {
      assertThat(door.instances()).hasSize(Runtime.getRuntime().availableProcessors());
      assertThat(door.instances()).allMatch(instance -> instance.port() == door.port());
      assertThat(door.port()).isPositive().isNotEqualTo(other.port());
      assertThat(door.get("/ping").status()).isEqualTo(200);
    }
  }

  @Test
  void whatIsInFlightIsFinished() throws Exception {
    PatientService service = new PatientService();
    try (TestDoor door = TestDoor.before(CONFIG, service);
        RawClient busy = new RawClient(door.port());
        RawClient idle = new RawClient(door.port())) {
      busy.send(GET);
      TestDoor.await(service.asked.future());

      Future<Void> stopped = door.stopDoor();

      assertThat(idle.isClosedByServer()).isTrue();
      ClosedPort.await(door.port());
      assertThat(stopped.isComplete()).isFalse();
      service.answer.complete(
          KvGetResponse.newBuilder().setValue(ByteString.copyFromUtf8("late")).build());
      assertThat(busy.reply().text()).isEqualTo("{\"value\":\"late\"}");
      assertThat(busy.isClosedByServer()).isTrue();
      TestDoor.await(stopped);
    }
  }

  @Test
  void halfARequestDoesNotStay() throws Exception {
    try (TestDoor door = TestDoor.start(CONFIG, 300);
        RawClient silent = new RawClient(door.port());
        RawClient half = new RawClient(door.port())) {
      half.send("GET /kv/a HTTP/1.1\r\nHo");

      assertThat(half.isClosedByServer()).isTrue();
      assertThat(silent.isClosedByServer()).isTrue();
    }
  }

  @Test
  void aTakenPortFailsTheStart() {
    try (TestDoor door = TestDoor.start(CONFIG)) {
      Config taken =
          new Config(
              CONFIG.doors(),
              CONFIG.host(),
              door.port(),
              0,
              CONFIG.backends(),
              CONFIG.dataDir(),
              CONFIG.durability(),
              CONFIG.redisUrl(),
              4096,
              1 << 20,
              1_000,
              10,
              1 << 20,
              1 << 20,
              CONFIG.limits(),
              null,
              false);

      assertThatThrownBy(() -> TestDoor.start(taken))
          .hasMessageContaining("Address already in use");
    }
  }
}
