package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.QuietLog;
import io.purpledb.support.RawHttp2;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads of requests over HTTP/2 that have no like over HTTP/1.1, or another form. */
@Timeout(60)
class Http2RequestsTest {

  private static final int PROTOCOL_ERROR = 1;

  @RegisterExtension final QuietLog log = new QuietLog();

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  private Http2Client client;
  private int next = 1;

  @BeforeEach
  void open() throws Exception {
    client = Http2Client.open(server.port());
  }

  @AfterEach
  void close() throws Exception {
    client.close();
  }

  private void assertServes(int stream) throws Exception {
    assertThat(client.whole(stream, Http2Client.request("GET", "/ping")).reply(stream).status())
        .isEqualTo(200);
  }

  /** RFC 9113, 8.2.2 and 8.3. */
  @ParameterizedTest
  @CsvSource({
    "connection, close",
    "connection, keep-alive",
    "keep-alive, timeout=5",
    "proxy-connection, keep-alive",
    "transfer-encoding, chunked",
    "transfer-encoding, gzip",
    "upgrade, h2c",
    "te, gzip",
    "Accept, application/json",
    ":status, 200",
    ":none, a",
    "content-length, abc",
    "content-length, -1",
    "content-length, 1",
    "content-length, 99999999999999999999",
  })
  void aMalformedHeadEndsItsStreamAlone(String name, String value) throws Exception {
    client.begin(1, Http2Client.request("PUT", "/kv/a", "content-type", "text/plain"));
    client.whole(3, Http2Client.request("GET", "/ping", name, value));
    assertThat(client.awaitReset(3)).isEqualTo(PROTOCOL_ERROR);
    assertThat(client.data(1, 5, true).reply(1).status()).isEqualTo(204);
    assertServes(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {":method", ":scheme", ":path"})
  void aHeadWithoutAPseudoFieldEndsItsStreamAlone(String missing) throws Exception {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (String[] field :
        new String[][] {{":method", "GET"}, {":scheme", "http"}, {":path", "/ping"}}) {
      if (!field[0].equals(missing)) {
        RawHttp2.literal(block, field[0], field[1]);
      }
    }
    RawHttp2.literal(block, ":authority", "localhost");
    assertThat(client.whole(1, block.toByteArray()).awaitReset(1)).isEqualTo(PROTOCOL_ERROR);
    assertServes(3);
  }

  private Reply of(String... fields) throws Exception {
    byte[] pseudo = Http2Client.block(":method", "GET", ":scheme", "http", ":path", "/ping");
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(pseudo);
    block.write(Http2Client.block(fields));
    int stream = next;
    next += 2;
    return client.whole(stream, block.toByteArray()).reply(stream);
  }

  @Test
  void theHostIsThatOfEitherHeader() throws Exception {
    assertThat(of(":authority", "localhost").status()).isEqualTo(200);
    assertThat(of("host", "localhost:8080").status()).isEqualTo(200);
    assertThat(of(":authority", "localhost", "host", "localhost").status()).isEqualTo(200);
    assertThat(of(":authority", "evil.example").problem(Kind.MISDIRECTED)).contains("evil.example");
    assertThat(of("host", "evil.example").problem(Kind.MISDIRECTED)).contains("evil.example");
    assertThat(of().problem(Kind.INVALID))
        .isEqualTo(":authority: missing (expected: a name or an address, and perhaps a port)");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, localhost, evil.example",
    ", localhost, evil.example",
    ", localhost, localhost",
    "localhost, evil.example, ",
    "evil.example, localhost, ",
    "a b, , ",
    "a%20b, , ",
    "%, , ",
    ", a%20b, ",
    "user@localhost, , ",
    ", a b, ",
  })
  void aHostThatIsNoneEndsItsStreamAlone(
      @Nullable String authority, @Nullable String host, @Nullable String second) throws Exception {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(Http2Client.block(":method", "GET", ":scheme", "http", ":path", "/ping"));
    if (authority != null) {
      RawHttp2.literal(block, ":authority", authority);
    }
    if (host != null) {
      RawHttp2.literal(block, "host", host);
    }
    if (second != null) {
      RawHttp2.literal(block, "host", second);
    }
    assertThat(client.whole(1, block.toByteArray()).awaitReset(1)).isEqualTo(PROTOCOL_ERROR);
    assertServes(3);
  }

  /** A path that is none, and a method that it does not have, of a request with Host alone. */
  @Test
  void whoNamesItsHostAloneIsToldWhatIsWrong() throws Exception {
    byte[] post =
        Http2Client.block(":method", "POST", ":scheme", "http", ":path", "/kv/a", "host", "a");
    byte[] none =
        Http2Client.block(":method", "GET", ":scheme", "http", ":path", "/kv/a/b", "host", "a");
    Reply reply = client.whole(1, post).reply(1);
    reply.problem(Kind.NO_SUCH_METHOD);
    assertThat(reply.headers().get("allow")).isEqualTo("DELETE, GET, HEAD, PUT");
    client.whole(3, none).reply(3).problem(Kind.NO_SUCH_PATH);
    assertServes(5);
  }

  @Test
  void thereIsNoTunnel() throws Exception {
    byte[] connect = Http2Client.block(":method", "CONNECT", ":authority", "localhost:80");
    assertThat(client.begin(1, connect).reply(1).problem(Kind.NOT_IMPLEMENTED))
        .isEqualTo("CONNECT: localhost:80 (expected: another method, as this server is no proxy)");
    assertServes(3);
  }

  @Test
  void aPathIsBounded() throws Exception {
    String key = "%41".repeat(21_000);
    assertThat(client.whole(1, Http2Client.request("GET", "/kv/" + key)).reply(1).status())
        .isEqualTo(400); // a key of that length
    assertThat(
            client
                .whole(3, Http2Client.request("GET", "/kv/" + key + key))
                .reply(3)
                .problem(Kind.URI_TOO_LONG))
        .isEqualTo(":path: 126004 bytes (expected: at most 65536)");
    assertServes(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kv/a b", "/kv/\u00e9", "/kv/a\tb", "*", "kv/a", "http://x/kv/a", "/?"})
  void anOddPathIsAnswered(String path) throws Exception {
    assertThat(client.whole(1, Http2Client.request("GET", path)).reply(1).status())
        .isBetween(300, 404);
    assertServes(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "ping", "http://evil.example/ping"})
  void aPathBeginsWithASlash(String path) throws Exception {
    assertThat(client.whole(1, Http2Client.request("GET", path)).reply(1).problem(Kind.INVALID))
        .startsWith(":path: " + path);
    assertServes(3);
  }

  /** RFC 9113, section 8.3.1. */
  @Test
  void theServerAsAWholeSaysWhatItHas() throws Exception {
    Reply reply = client.whole(1, Http2Client.request("OPTIONS", "*")).reply(1);
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.headers().get("allow")).isEqualTo("DELETE, GET, HEAD, OPTIONS, PUT");
    assertThat(client.whole(3, Http2Client.request("OPTIONS", "**")).reply(3).problem(Kind.INVALID))
        .startsWith(":path: **");
    assertServes(5);
  }

  @Test
  void headersAreBounded() throws Exception {
    assertThat(
            client
                .whole(1, Http2Client.request("GET", "/ping", "cookie", "x".repeat(32 << 10)))
                .reply(1)
                .problem(Kind.HEADERS_TOO_LARGE))
        .isEqualTo("headers: 32806 bytes (expected: at most 32768, max-header-bytes)");
    byte[] large = Http2Client.request("GET", "/ping", "cookie", "x".repeat(30_000));
    assertThat(client.whole(3, large).reply(3).status()).isEqualTo(200);
    assertServes(5);
  }
}
