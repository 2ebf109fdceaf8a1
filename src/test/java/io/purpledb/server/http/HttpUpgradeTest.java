package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.QuietLog;
import io.purpledb.support.RawHttp2;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The change from HTTP/1.1 to HTTP/2 (RFC 7540, section 3.2), and where it is ignored. */
@Timeout(60)
class HttpUpgradeTest {

  private static final String WISH =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
  private static final byte[] NO_SETTINGS = {};

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @Test
  void theRequestIsAnsweredAsTheFirstStream() throws Exception {
    server.put("/kv/upgraded", "value", "content-type", "text/plain");
    try (Http2Client client = Http2Client.upgrade(server.port(), "GET", "/kv/upgraded?x")) {
      client.reply(1).problem(Kind.INVALID); // the query is part of it
    }
    try (Http2Client client = Http2Client.upgrade(server.port(), "GET", "/kv/upgraded")) {
      assertThat(client.reply(1).json().getString("value")).isEqualTo("value");
      assertThat(client.whole(3, Http2Client.request("GET", "/ping")).reply(3).status())
          .isEqualTo(200);
      // Its own settings, and one acknowledgement of the client's.
      assertThat(client.controls(RawHttp2.SETTINGS)).isEqualTo(2);
    }
    try (Http2Client client = Http2Client.upgrade(server.port(), "DELETE", "/kv/upgraded")) {
      assertThat(client.reply(1).status()).isEqualTo(204);
    }
  }

  @Test
  void itsHeadersCount() throws Exception {
    String head =
        "GET /kv/a HTTP/1.1\r\nHost: %s\r\nAccept: image/png\r\nX-Odd: \u00e9\r\n" + WISH + "\r\n";
    try (Http2Client client = new Http2Client(new RawHttp2(server.port()))) {
      client.raw.raw(head.formatted("localhost")).awaitSwitch();
      client.raw.open(Http2Client.WINDOW);
      client.reply(1).problem(Kind.NOT_ACCEPTABLE);
    }
    try (Http2Client client = new Http2Client(new RawHttp2(server.port()))) {
      client.raw.raw(head.formatted("evil.example")).awaitSwitch();
      client.raw.open(Http2Client.WINDOW);
      client.reply(1).problem(Kind.MISDIRECTED);
    }
  }

  /** They are those of the client's first frame of settings unless that says otherwise. */
  @Test
  void itsSettingsCount() throws Exception {
    byte[] noWindow = RawHttp2.setting(RawHttp2.INITIAL_WINDOW_SIZE, 0);
    try (Http2Client client = new Http2Client(new RawHttp2(server.port()))) {
      client.raw.raw(RawHttp2.upgradeRequest("GET", "/health/live", noWindow)).awaitSwitch();
      client.raw.open(NO_SETTINGS);
      client.whole(3, Http2Client.request("HEAD", "/ping")).reply(3);
      assertThat(client.of(1).hasEnded()).isFalse();
      client.raw.frame(Http2Client.WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 1, 0});
      assertThat(client.reply(1).status()).isEqualTo(200);
    }
    try (Http2Client client = new Http2Client(new RawHttp2(server.port()))) {
      client.raw.raw(RawHttp2.upgradeRequest("GET", "/health/live", noWindow)).awaitSwitch();
      client.raw.open(Http2Client.WINDOW);
      assertThat(client.reply(1).status()).isEqualTo(200);
    }
  }

  /** One does not wait for the answer, another sends byte by byte. */
  @Test
  void thePrefaceMayComeInAnyPieces() throws Exception {
    String rest = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0";
    String request = RawHttp2.upgradeRequest("GET", "/ping", NO_SETTINGS);
    try (Http2Client client = new Http2Client(new RawHttp2(server.port()))) {
      client.raw.raw(request + rest).awaitSwitch();
      assertThat(client.reply(1).status()).isEqualTo(200);
    }
    try (Http2Client client = new Http2Client(new RawHttp2(server.port()))) {
      client.raw.raw(request).awaitSwitch();
      for (int i = 0; i < rest.length(); i++) {
        client.raw.raw(rest.substring(i, i + 1));
      }
      assertThat(client.reply(1).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\10\6\0\0\0\0\0 pinging",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\1\0\0\0\0",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\5\4\0\0\0\0\0hello",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\100\0\0\4\0\0\0\0\0",
      })
  void whatIsNoPrefaceEndsTheConnection(String instead) throws Exception {
    try (RawHttp2 connection = new RawHttp2(server.port())) {
      connection.raw(RawHttp2.upgradeRequest("GET", "/ping", NO_SETTINGS)).awaitSwitch();
      connection.raw(instead);
      assertThat(connection.isEndedWithin(5_000)).isTrue();
    }
  }

  /** A server may ignore it (RFC 9110, 7.8), and must in some of these. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ping HTTP/1.1|Host: a|Upgrade: h2c||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: h2c||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: h2c|HTTP2-Settings: ||",
        "GET /ping HTTP/1.1|Host: a|Connection: HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: ||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade, HTTP2-Settings|HTTP2-Settings: ||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2|HTTP2-Settings: ||",
        "GET /ping HTTP/1.1|Host: a|<WISH>HTTP2-Settings: ||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: !||",
        "GET /ping HTTP/1.1|Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMA||",
        "GET /ping HTTP/1.0|Host: a|<WISH>|",
        "GET http://a/ping HTTP/1.1|Host: a|<WISH>|",
        "GET /ping HTTP/1.1|Host: a|<WISH>Connection: close||",
        "GET /ping HTTP/1.1|Host: a|<WISH>X-Large: <LARGE>||",
        "PUT /counters/j?increment=1 HTTP/1.1|Host: a|<WISH>Expect: 100-continue|Content-Length: 0||",
        "GET /ping HTTP/1.1|Host: a|<WISH>|GET /ping HTTP/1.1|Host: a||",
        "PUT /kv/ignored HTTP/1.1|Host: a|<WISH>Content-Type: a/b|Content-Length: 5||hello",
        "PUT /kv/ignored HTTP/1.1|Host: a|<WISH>Content-Type: a/b|Transfer-Encoding: chunked||0||",
      })
  void itIsIgnored(String request) throws Exception {
    String text =
        request
            .replace("<WISH>", WISH)
            .replace("<LARGE>", "x".repeat(16 << 10))
            .replace("|", "\r\n");
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      Reply reply = client.send(text).reply();
      assertThat(reply.status()).isBetween(200, 204);
      assertThat(reply.headers().contains("upgrade")).isFalse();
    }
  }

  /** They are refused as they would be without the wish. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ping HTTP/1.1|<WISH>|",
        "GET /ping HTTP/1.1|Host: a|Host: a|<WISH>|",
        "GET /ping HTTP/1.1|Host: a b|<WISH>|",
        "GET /ping HTTP/1.1|Host: a|<WISH>X : y||",
      })
  void aMalformedRequestIsRefused(String request) throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client
          .send(request.replace("<WISH>", WISH).replace("|", "\r\n"))
          .reply()
          .problem(Kind.INVALID);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/p\1ng", "/p\177ng", "/\u00e9", "*", "ping"})
  void anOddTargetIsAnsweredAsEver(String target) throws Exception {
    String head = "GET " + target + " HTTP/1.1\r\nHost: a\r\n";
    try (RawHttpClient client = new RawHttpClient(server.port());
        RawHttpClient other = new RawHttpClient(server.port())) {
      int status = client.send(head + "\r\n").reply().status();
      assertThat(other.send(head + WISH + "\r\n").reply().status()).isEqualTo(status);
    }
  }

  @Test
  void aLaterRequestMayWishInVain() throws Exception {
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      assertThat(client.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n").reply().status())
          .isEqualTo(200);
      assertThat(client.send("GET /ping HTTP/1.1\r\nHost: a\r\n" + WISH + "\r\n").reply().status())
          .isEqualTo(200);
    }
  }

  @Test
  void headersOverTheBoundAreRefused() throws Exception {
    String large = "X-Large: " + "x".repeat(40_000) + "\r\n";
    try (RawHttpClient client = new RawHttpClient(server.port())) {
      client
          .send("GET /ping HTTP/1.1\r\nHost: a\r\n" + WISH + large + "\r\n")
          .reply()
          .problem(Kind.HEADERS_TOO_LARGE);
    }
  }
}
