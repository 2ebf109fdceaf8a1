package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.LogWatch;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What services fail with is answered as the failure table says. */
class FailuresTest {

  @RegisterExtension static final LogWatch LOG = new LogWatch();

  @RegisterExtension
  static TestHttpServer server =
      TestHttpServer.before(TestHttpServer.config(4096, 500), new FailingService());

  /** A KV service that fails as its key says; it never answers {@code SILENCE}. */
  private static final class FailingService extends Endpoint {

    FailingService() {
      super(Bus.service("kv"), 10);
      on(KvGetRequest.class, request -> fail(request.getKey()));
      on(KvPutRequest.class, request -> Future.future(never -> {}));
      on(
          KvDeleteRequest.class,
          request -> {
            throw new IllegalStateException("the secret of " + request.getKey());
          });
    }

    private static Future<KvGetResponse> fail(String key) {
      return key.equals("SILENCE")
          ? Future.future(never -> {})
          : Future.failedFuture(new Failure(Kind.valueOf(key), "the reason"));
    }

    @Override
    protected Future<Void> health() {
      return Future.failedFuture(Failure.unavailable("not today"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aFailureIsAProblem(Kind kind) {
    assertThat(server.callUnchecked("GET", "/kv/" + kind, null).problem(kind))
        .isEqualTo("the reason");
  }

  @Test
  void aDefectShowsNothingButItsId() {
    LOG.take();

    String detail = server.call("DELETE", "/kv/a", null).problem(Kind.INTERNAL);

    assertThat(detail).matches("internal failure, see the server's log for id [0-9a-f-]{36}");
    String id = detail.substring(detail.length() - 36);
    assertThat(LOG.take()).singleElement().asString().contains(id, "the secret of a");
  }

  @Test
  void noAnswerIsATimeout() {
    assertThat(server.get("/kv/SILENCE").problem(Kind.TIMED_OUT)).isEqualTo("no answer in time");
    assertThat(server.put("/kv/SILENCE", "x", "content-type", "text/plain").problem(Kind.TIMED_OUT))
        .isEqualTo("no answer in time; a write may or may not have happened");
  }

  @Test
  void noServiceIsUnavailable() {
    assertThat(server.get("/flags/a").problem(Kind.UNAVAILABLE)).startsWith("nobody serves this");
  }

  @Test
  void theServerIsNotReadyButAlive() {
    Reply ready = server.get("/health/ready");

    assertThat(ready.status()).isEqualTo(503);
    assertThat(ready.type()).isEqualTo("application/json");
    assertThat(ready.json().getString("status")).isEqualTo("down");
    assertThat(ready.json().getJsonArray("backends")).hasSize(5);
    assertThat(ready.json().getJsonArray("backends").getJsonObject(3).encode())
        .isEqualTo(
            "{\"service\":\"kv\",\"backend\":\"memory\",\"status\":\"down\",\"detail\":\"not today\"}");
    assertThat(ready.json().getJsonArray("backends").getJsonObject(0).getString("detail"))
        .startsWith("nobody serves this");
    assertThat(server.get("/health/live").text()).isEqualTo("{\"status\":\"up\",\"backends\":[]}");
    assertThat(server.get("/ping").status()).isEqualTo(200);
  }
}
