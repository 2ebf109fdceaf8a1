package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.config.Config;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.ClosedPort;
import io.purpledb.support.TestConfigs;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A server listens once for all event loops, and stops without cutting anybody off. */
@Timeout(60)
class LifecycleTest {

  private static final Config CONFIG = TestHttpServer.config(4096, 10_000);
  private static final int DRAIN = 3_000;
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
    try (TestHttpServer server = TestHttpServer.start(CONFIG);
        TestHttpServer other = TestHttpServer.start(CONFIG)) {
      assertThat(server.instances()).hasSize(Runtime.getRuntime().availableProcessors());
      assertThat(server.instances()).allMatch(instance -> instance.port() == server.port());
      assertThat(server.port()).isPositive().isNotEqualTo(other.port());
      assertThat(server.get("/ping").status()).isEqualTo(200);
    }
  }

  @Test
  void whatIsInFlightIsFinished() throws Exception {
    PatientService service = new PatientService();
    try (TestHttpServer server = TestHttpServer.before(CONFIG, service);
        RawHttpClient idle =
            new RawHttpClient(server.port()); // first: it is accepted when the other is
        RawHttpClient busy = new RawHttpClient(server.port())) {
      busy.send(GET);
      TestHttpServer.await(service.asked.future());

      Future<Void> stopped = server.stopServer();

      assertThat(idle.isClosedByServer()).isTrue();
      ClosedPort.await(server.port());
      assertThat(stopped.isComplete()).isFalse();
      service.answer.complete(
          KvGetResponse.newBuilder().setValue(ByteString.copyFromUtf8("late")).build());
      Reply last = busy.reply();
      assertThat(last.text()).isEqualTo("{\"value\":\"late\"}");
      assertThat(last.headers().get("connection")).isEqualTo("close");
      assertThat(busy.isClosedByServer()).isTrue();
      TestHttpServer.await(stopped);
    }
  }

  /** A client that keeps its connection is told to make another, and is not cut off. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aServerThatIsAboutToStopSaysSoFirst() throws Exception {
    PatientService service = new PatientService();
    ServerLimits limits =
        new ServerLimits(32 << 10, 100, 100, 60_000, 75_000, DRAIN, TestConfigs.LIMITS.browsers());
    try (TestHttpServer server = TestHttpServer.before(TestHttpServer.config(limits), service);
        RawHttpClient busy = new RawHttpClient(server.port());
        RawHttpClient kept = new RawHttpClient(server.port())) {
      kept.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(kept.reply().headers().contains("connection")).isFalse();
      busy.send(GET);
      TestHttpServer.await(service.asked.future());

      Future<Void> stopped = server.stopServer();

      Reply answer;
      do { // until the server has heard of it
        kept.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
        answer = kept.reply();
      } while (!"close".equals(answer.headers().get("connection")));
      assertThat(kept.isClosedByServer()).isTrue();
      try (RawHttpClient late = new RawHttpClient(server.port())) {
        late.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(late.reply().headers().get("connection")).isEqualTo("close");
        assertThat(late.isClosedByServer()).isTrue();
      }
      assertThat(stopped.isComplete()).isFalse();
      service.answer.complete(
          KvGetResponse.newBuilder().setValue(ByteString.copyFromUtf8("late")).build());
      Reply last = busy.reply();
      assertThat(last.text()).isEqualTo("{\"value\":\"late\"}");
      assertThat(last.headers().get("connection")).isEqualTo("close");
      assertThat(busy.isClosedByServer()).isTrue();
      try (RawHttpClient later =
          new RawHttpClient(server.port())) { // though there is no connection left
        later.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(later.reply().headers().get("connection")).isEqualTo("close");
      }
      TestHttpServer.await(stopped);
    }
  }

  /** Nobody can miss a server that was never used. */
  @Test
  void aServerWithoutClientsStopsAtOnce() {
    ServerLimits limits =
        new ServerLimits(
            32 << 10, 100, 100, 60_000, 75_000, 600_000, TestConfigs.LIMITS.browsers());
    try (TestHttpServer server =
        TestHttpServer.before(TestHttpServer.config(limits), new PatientService())) {
      TestHttpServer.await(server.stopServer());
    }
  }

  /** Over HTTP/2 it is told to go, and has the answers to what it has asked. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aClientOfHttp2IsToldToGo() throws Exception {
    PatientService service = new PatientService();
    ServerLimits limits =
        new ServerLimits(32 << 10, 100, 100, 60_000, 75_000, DRAIN, TestConfigs.LIMITS.browsers());
    try (TestHttpServer server = TestHttpServer.before(TestHttpServer.config(limits), service);
        Http2Client busy = Http2Client.open(server.port());
        Http2Client kept = Http2Client.upgrade(server.port(), "GET", "/ping")) {
      assertThat(kept.reply(1).status()).isEqualTo(200);
      busy.whole(1, Http2Client.request("GET", "/kv/a"));
      TestHttpServer.await(service.asked.future());

      Future<Void> stopped = server.stopServer();

      kept.awaitControl(Http2Client.GOAWAY);
      assertThat(kept.whole(3, Http2Client.request("GET", "/ping")).reply(3).status())
          .isEqualTo(200); // it may have been on its way
      kept.awaitControls(Http2Client.GOAWAY, 2);
      assertThat(kept.raw.isEndedWithin(5_000)).isTrue();
      busy.awaitControl(Http2Client.GOAWAY);
      assertThat(stopped.isComplete()).isFalse();
      try (Http2Client late = Http2Client.open(server.port())) { // while others have time to go
        assertThat(late.whole(1, Http2Client.request("GET", "/ping")).reply(1).status())
            .isEqualTo(200);
      }
      service.answer.complete(
          KvGetResponse.newBuilder().setValue(ByteString.copyFromUtf8("late")).build());
      assertThat(busy.reply(1).text()).isEqualTo("{\"value\":\"late\"}");
      assertThat(busy.raw.isEndedWithin(5_000)).isTrue();
      TestHttpServer.await(stopped);
    }
  }

  @Test
  void halfARequestDoesNotStay() throws Exception {
    try (TestHttpServer server = TestHttpServer.start(CONFIG, 300);
        RawHttpClient silent = new RawHttpClient(server.port());
        RawHttpClient half = new RawHttpClient(server.port())) {
      half.send("GET /kv/a HTTP/1.1\r\nHo");

      assertThat(half.isClosedByServer()).isTrue();
      assertThat(silent.isClosedByServer()).isTrue();
    }
  }

  @Test
  void aTakenPortFailsTheStart() {
    try (TestHttpServer server = TestHttpServer.start(CONFIG)) {
      Config taken =
          new Config(
              CONFIG.protocols(),
              CONFIG.host(),
              server.port(),
              0,
              CONFIG.backends(),
              CONFIG.dataDir(),
              CONFIG.durability(),
              CONFIG.redisUrl(),
              CONFIG.redisLayout(),
              4096,
              1 << 20,
              1_000,
              10,
              1 << 20,
              1 << 20,
              CONFIG.limits(),
              null,
              false);

      assertThatThrownBy(() -> TestHttpServer.start(taken))
          .hasMessageContaining("Address already in use");
    }
  }
}
