package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.InFlightBytes;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.QuietLog;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies over HTTP/2: bounded as they come, and whatever becomes of one, others go on. */
@Timeout(60)
class Http2BodyTest {

  private static final int MAX = 100_000;
  private static final int IN_FLIGHT = 150_000;
  private static final int PROTOCOL_ERROR = 1;
  private static final int NO_ERROR = 0;

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(MAX, 2_000, IN_FLIGHT));

  private static byte[] put(String... more) throws Exception {
    String[] fields = new String[more.length + 2];
    fields[0] = "content-type";
    fields[1] = "application/octet-stream";
    System.arraycopy(more, 0, fields, 2, more.length);
    return Http2Client.request("PUT", "/kv/body", fields);
  }

  private static void awaitInFlight(LongPredicate wanted) throws Exception {
    InFlightBytes inFlight = InFlightBytes.of(server.vertx(), IN_FLIGHT);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!wanted.test(inFlight.used()) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(wanted.test(inFlight.used())).as("%d bytes", inFlight.used()).isTrue();
  }

  @Test
  void aBodyNeedsNoLength() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      assertThat(client.begin(1, put()).data(1, 3, false).data(1, 4, true).reply(1).status())
          .isEqualTo(204);
      Reply read =
          client
              .whole(
                  3, Http2Client.request("GET", "/kv/body", "accept", "application/octet-stream"))
              .reply(3);
      assertThat(read.body().length()).isEqualTo(7);
      assertThat(client.begin(5, put()).data(5, 0, true).reply(5).status()).isEqualTo(204);
      assertThat(client.whole(7, put()).reply(7).status()).isEqualTo(204);
    }
  }

  @Test
  void whatTakesNoBodyRefusesOne() throws Exception {
    byte[] get = Http2Client.request("GET", "/ping");
    try (Http2Client client = Http2Client.open(server.port())) {
      assertThat(
              client.begin(1, get).data(1, 3, true).reply(1).problem(Kind.UNSUPPORTED_MEDIA_TYPE))
          .isEqualTo("body: more than 0 bytes (expected: no body)");
      assertThat(client.begin(3, get).data(3, 0, true).reply(3).status()).isEqualTo(200);
    }
  }

  @Test
  void aLengthThatIsWrongEndsTheStreamAlone() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      client.begin(1, put());
      client.begin(3, put("content-length", "5")).data(3, 4, true);
      assertThat(client.awaitReset(3)).isEqualTo(PROTOCOL_ERROR);
      client.begin(5, put("content-length", "5")).data(5, 6, false);
      assertThat(client.awaitReset(5)).isEqualTo(PROTOCOL_ERROR);
      assertThat(client.data(1, 5, true).reply(1).status()).isEqualTo(204);
    }
    awaitInFlight(used -> used == 0);
  }

  @Test
  void aBodyIsBoundedAsItComes() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      assertThat(client.begin(1, put("content-length", "100001")).reply(1).problem(Kind.TOO_LARGE))
          .startsWith("body: 100001 bytes");
      client.begin(3, put());
      for (int sent = 0; sent < 12; sent++) { // with windows of 64 KiB
        client.data(3, 10_000, false);
        if (sent == 5) {
          client.awaitControl(Http2Client.WINDOW_UPDATE);
        }
      }
      assertThat(client.reply(3).problem(Kind.TOO_LARGE)).startsWith("body: more than 100000");
      assertThat(client.awaitReset(3)).isEqualTo(NO_ERROR); // send no more
      assertThat(client.awaitReset(1)).isEqualTo(NO_ERROR);
      assertThat(client.whole(5, Http2Client.request("GET", "/ping")).reply(5).status())
          .isEqualTo(200);
    }
  }

  @Test
  void theBytesOfAllRequestsAreBounded() throws Exception {
    try (Http2Client client = Http2Client.open(server.port());
        Http2Client second = Http2Client.open(server.port());
        Http2Client other = Http2Client.open(server.port())) {
      client.begin(1, put()).data(1, 16_000, false).data(1, 16_000, false).data(1, 16_000, false);
      second.begin(1, put()).data(1, 16_000, false).data(1, 16_000, false).data(1, 16_000, false);
      awaitInFlight(used -> used >= 96_000);
      other.begin(1, put("content-length", "100000"));
      Reply refused = other.reply(1);
      refused.problem(Kind.OVERLOADED);
      assertThat(refused.headers().get("retry-after")).isEqualTo("1");
      assertThat(client.data(1, 10, true).reply(1).status()).isEqualTo(204);
    }
    awaitInFlight(used -> used == 0);
  }

  @Test
  void aResetRequestHasNothingAndHurtsNoOther() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      client.begin(1, put());
      client.begin(3, put()).data(3, 16_000, false);
      awaitInFlight(used -> used >= 16_000);
      client.reset(3);
      awaitInFlight(used -> used < 16_000);
      assertThat(client.data(1, 5, true).reply(1).status()).isEqualTo(204);
      assertThat(client.of(3).interim()).isZero();
    }
    awaitInFlight(used -> used == 0);
  }

  @Test
  void aBodyThatDoesNotComeInTimeIsRefusedAlone() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      client.begin(1, put()).data(1, 5, false);
      Reply late = client.reply(1);
      assertThat(late.problem(Kind.REQUEST_TIMEOUT)).startsWith("body: 5 bytes in 2000 ms");
      assertThat(late.headers().contains("connection")).isFalse();
      assertThat(client.awaitReset(1)).isEqualTo(NO_ERROR);
      assertThat(client.begin(3, put()).data(3, 5, true).reply(3).status()).isEqualTo(204);
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToGoOn() throws Exception {
    try (Http2Client client = Http2Client.open(server.port())) {
      client.begin(1, put("expect", "100-continue", "content-length", "5"));
      awaitInterim(client);
      assertThat(client.data(1, 5, true).reply(1).status()).isEqualTo(204);
    }
  }

  private static void awaitInterim(Http2Client client) throws Exception {
    client.whole(3, Http2Client.request("GET", "/ping")).reply(3);
    assertThat(client.of(1).interim()).isEqualTo(1);
  }

  /** A KV service that answers when it is told to. */
  private static final class PatientService extends Endpoint {

    private final ArrayDeque<Promise<KvGetResponse>> owed = new ArrayDeque<>();

    PatientService() {
      super(Bus.service("kv"), 10);
      on(
          KvGetRequest.class,
          request -> {
            Promise<KvGetResponse> answer = Promise.promise();
            synchronized (owed) {
              owed.add(answer);
            }
            return answer.future();
          });
    }

    int asked() {
      synchronized (owed) {
        return owed.size();
      }
    }

    @Override
    protected Future<Void> health() {
      return Future.succeededFuture();
    }
  }

  /** Small, and so large that it is made in its turn. */
  @Test
  void anAnswerToAResetRequestHurtsNoOther() throws Exception {
    PatientService service = new PatientService();
    try (TestHttpServer patient =
            TestHttpServer.before(TestHttpServer.config(1 << 20, 10_000), service);
        Http2Client client = Http2Client.open(patient.port())) {
      byte[] get = Http2Client.request("GET", "/kv/slow");
      client.whole(1, get).whole(3, get).whole(5, get);
      while (service.asked() < 3) {
        Thread.onSpinWait();
      }
      client.reset(1).reset(3);
      client.whole(7, Http2Client.request("GET", "/ping")).reply(7); // they have been read
      service.owed.remove().complete(value(5));
      service.owed.remove().complete(value(500_000));
      service.owed.remove().complete(value(5));
      assertThat(client.reply(5).status()).isEqualTo(200);
      assertThat(client.whole(9, Http2Client.request("GET", "/ping")).reply(9).status())
          .isEqualTo(200);
    }
  }

  private static KvGetResponse value(int bytes) {
    return KvGetResponse.newBuilder().setValue(ByteString.copyFromUtf8("x".repeat(bytes))).build();
  }
}
