package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Config;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.LogWatch;
import io.purpledb.support.TestConfigs;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client may close its side when it has asked: it is answered, and nothing stays. */
@Timeout(30)
class HalfCloseTest {

  private static final String END = " HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final int LARGE = 16 << 20;
  private static final String PUT_LARGE =
      "PUT /kv/large HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: "
          + LARGE
          + "\r\n\r\n"
          + "x".repeat(LARGE);
  private static final String GET_LARGE =
      "GET /kv/large HTTP/1.1\r\nHost: a\r\nAccept: application/octet-stream\r\n\r\n";

  @RegisterExtension static final LogWatch LOG = new LogWatch();

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(LARGE, 10_000));

  @AfterEach
  void nothingIsLogged() {
    assertThat(LOG.take()).isEmpty();
  }

  @Test
  void aRequestIsAnswered() throws Exception {
    for (int i = 1; i <= 50; i++) {
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send("PUT /counters/half?increment=1" + END).endOfInput();

        assertThat(client.reply().json().getLong("value")).isEqualTo(i);
        assertThat(client.isClosedByServer()).isTrue();
      }
    }
  }

  /** More than are kept at once. */
  @Test
  void allThatWereSentAreAnswered() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      String put =
          "PUT /counters/many?increment=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
      client.send(put.repeat(300)).endOfInput();
      for (int i = 1; i <= 300; i++) {
        assertThat(client.reply().json().getLong("value")).isEqualTo(i);
      }
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @Test
  void aBodyAndALargeAnswer() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(PUT_LARGE);
      client.send(GET_LARGE.repeat(2));
      client.endOfInput();
      assertThat(client.reply().status()).isEqualTo(204);
      assertThat(client.reply().body().length()).isEqualTo(LARGE);
      assertThat(client.reply().body().length()).isEqualTo(LARGE);
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  /** The requests before it are answered, it is not, and nothing waits for its rest. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /counters/p HT",
        "PUT /kv/p HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\nhalf",
        "PUT /kv/p HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha",
        "PUT /kv/p HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
      })
  void aRequestThatIsNotWholeIsNone(String part) throws Exception {
    for (int before = 0; before < 3; before++) {
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        client.send(("GET /counters/p" + END).repeat(before) + part).endOfInput();
        for (int i = 0; i < before; i++) {
          assertThat(client.reply().status()).isEqualTo(200);
        }
        assertThat(client.rest()).isEmpty();
      }
    }
    assertThat(server.get("/kv/p").status()).isEqualTo(404);
  }

  /**
   * Without the second for which a connection is kept whose client may still be sending. Others on
   * the machine make a turn longer, never shorter.
   */
  @Test
  void aMalformedRequestHasItsAnswerAtOnce() throws Exception {
    long quickest = 0;
    for (int before = 0; before < 3; before++) {
      long least = Long.MAX_VALUE;
      for (int turn = 0; turn < 3; turn++) {
        long start = System.nanoTime();
        refuseAMalformedOneAfter(before);
        least = Math.min(least, System.nanoTime() - start);
      }
      quickest += least;
    }
    assertThat(quickest).isLessThan(900_000_000L);
  }

  private static void refuseAMalformedOneAfter(int before) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.send(("GET /counters/p" + END).repeat(before) + "GET /ping HTTP/1.1\r\n\r\n");
      client.endOfInput();
      for (int i = 0; i < before; i++) {
        assertThat(client.reply().status()).isEqualTo(200);
      }
      assertThat(client.reply().problem(Kind.INVALID)).startsWith("Host: missing");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void aConnectionWithNothingInFlightIsClosed() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client.endOfInput();
      assertThat(client.rest()).isEmpty();
    }
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      assertThat(client.send("GET /ping" + END).reply().status()).isEqualTo(200);
      client.endOfInput();
      assertThat(client.rest()).isEmpty();
    }
  }

  private static ServerLimits limits(int connections) {
    return new ServerLimits(
        32 << 10, connections, connections, 60_000, 75_000, 0, TestConfigs.LIMITS.browsers());
  }

  /** Succeeds when the one connection that may be is no more. */
  private static Reply nextConnection(int port, String request) throws Exception {
    while (!Thread.interrupted()) {
      try (RawHttpClient next = new RawHttpClient(port)) {
        return next.send(request).reply();
      } catch (IOException refused) {
        Thread.onSpinWait();
      }
    }
    throw new InterruptedException();
  }

  @Test
  void aClientThatDoesNotReadGoesAsAnyOther() throws Exception {
    Config config = TestHttpServer.config(LARGE, 10_000, limits(1));
    try (TestHttpServer one = TestHttpServer.start(config, 300);
        RawHttpClient mute = new RawHttpClient(one.port())) {
      mute.send(PUT_LARGE);
      assertThat(mute.reply().status()).isEqualTo(204);
      mute.send(GET_LARGE.repeat(3)).endOfInput();

      assertThat(nextConnection(one.port(), "GET /ping" + END).status()).isEqualTo(200);
    }
    LOG.take(); // of that, too
  }

  /** It cannot be told from one that still reads, until there is something to read. */
  @Test
  void aClientThatIsGoneLeavesNothing() throws Exception {
    PatientService service = new PatientService();
    try (TestHttpServer one = TestHttpServer.before(TestHttpServer.config(limits(1)), service)) {
      try (RawHttpClient gone = new RawHttpClient(one.port())) {
        gone.send("GET /kv/a" + END + "GET /kv/b HTT");
        TestHttpServer.await(service.asked.future());
      }
      service.answer.complete(KvGetResponse.getDefaultInstance());

      assertThat(nextConnection(one.port(), "GET /kv/a" + END).status()).isEqualTo(200);
    }
    LOG.take(); // of the connections that were one too many
  }

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
}
