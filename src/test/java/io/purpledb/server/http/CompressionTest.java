package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large answers are compressed for those who ask, and only when that makes them smaller. */
class CompressionTest {

  private static final String BARE = "application/octet-stream";
  private static final int LARGE = 3 << 20;

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(LARGE, 10_000));

  private static byte[] gunzip(Buffer compressed) throws IOException {
    return new GZIPInputStream(new ByteArrayInputStream(compressed.getBytes())).readAllBytes();
  }

  private static void put(byte[] value) {
    assertThat(server.call("PUT", "/kv/a", Buffer.buffer(value), "content-type", BARE).status())
        .isEqualTo(204);
  }

  private static Reply get(String acceptEncoding) {
    return server.get("/kv/a", "accept", BARE, "accept-encoding", acceptEncoding);
  }

  /** Small for the loop, counted, and so large that it is compressed beside the loop. */
  @ParameterizedTest
  @ValueSource(ints = {1024, 5_000, 16 << 10, 60_000, 64 << 10, 70_000, LARGE})
  void anAnswerIsCompressedWhenAsked(int size) throws Exception {
    byte[] value = "0123456789abcdef".repeat(size / 16).getBytes(StandardCharsets.US_ASCII);
    put(value);

    Reply reply = get("gzip, deflate, br");

    assertThat(reply.headers().get("content-encoding")).isEqualTo("gzip");
    assertThat(reply.headers().getAll("vary")).containsExactly("accept", "accept-encoding");
    assertThat(reply.headers().get("content-length")).isEqualTo("" + reply.body().length());
    assertThat(reply.body().length()).isLessThan(value.length / 10);
    assertThat(gunzip(reply.body())).isEqualTo(value);
    assertThat(get("identity").body().getBytes()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip                  | true",
        "GZIP                  | true",
        "x-gzip                | true",
        "br, gzip;q=0.5        | true",
        "*                     | true",
        "identity, *;q=0.1     | false",
        "identity;q=0.1, *     | true",
        "gzip;q=0.1, identity  | false",
        "gzip, identity        | true",
        "gzip;q=0              | false",
        "gzip;q=0.0            | false",
        "gzip;q=0, *           | false",
        "*;q=0                 | false",
        "identity              | false",
        "br, deflate           | false",
        "''                    | false",
      })
  void acceptEncodingDecides(String acceptEncoding, boolean compressed) {
    put(new byte[10_000]);
    assertThat(get(acceptEncoding).headers().contains("content-encoding")).isEqualTo(compressed);
  }

  @Test
  void allLinesOfAcceptEncodingCount() {
    put(new byte[10_000]);
    for (String[] lines : new String[][] {{"*", "gzip;q=0"}, {"gzip;q=0.5", "identity"}}) {
      Reply reply =
          server.get(
              "/kv/a",
              "accept",
              "application/octet-stream",
              "accept-encoding",
              lines[0],
              "accept-encoding",
              lines[1]);
      assertThat(reply.headers().contains("content-encoding")).as(lines[1]).isFalse();
    }
  }

  @Test
  void smallAnswersAreLeftAlone() {
    put(new byte[1023]);
    assertThat(get("gzip").headers().contains("content-encoding")).isFalse();
    assertThat(get("gzip").body().length()).isEqualTo(1023);
  }

  @Test
  void whatIsCompressedIsNotCompressedAgain() throws Exception {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(new byte[10_000_000]); // which could be compressed once more
    }
    put(gzip.toByteArray());
    assertThat(get("gzip").headers().contains("content-encoding")).isFalse();
    assertThat(get("gzip").body().getBytes()).isEqualTo(gzip.toByteArray());

    byte[] noise = new byte[200_000];
    new Random(1).nextBytes(noise);
    put(noise);
    assertThat(get("gzip").headers().contains("content-encoding")).isFalse();
    assertThat(get("gzip").body().getBytes()).isEqualTo(noise);
  }

  @Test
  void soAreJsonAndThePage() throws Exception {
    for (String path :
        new String[] {"/openapi.json", "/openapi.yaml", "/docs/swagger-ui-bundle.js"}) {
      Reply plain = server.get(path);
      Reply compressed = server.callUnchecked("GET", path, null, "accept-encoding", "gzip");
      assertThat(compressed.headers().get("content-encoding")).isEqualTo("gzip");
      assertThat(gunzip(compressed.body())).isEqualTo(plain.body().getBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5_000, 50_000})
  void headIsAnswered(int size) {
    put(new byte[size]);
    Reply head = server.call("HEAD", "/kv/a", null, "accept", BARE, "accept-encoding", "gzip");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body().length()).isZero();
  }

  /** What HEAD says of the length is what GET sends, or nothing (RFC 9110, section 8.6). */
  @ParameterizedTest
  @ValueSource(
      strings = {"/openapi.yaml", "/openapi.json", "/docs/swagger-ui-bundle.js", "/docs", "/kv/a"})
  void headSaysNoLengthThatGetWouldNotHave(String path) {
    put("0123456789abcdef".repeat(60_000).getBytes(StandardCharsets.US_ASCII));
    for (String accept : new String[] {BARE + ", */*;q=0.5", "*/*"}) {
      for (String encoding : new String[] {"gzip", "identity"}) {
        String[] headers = {"accept", accept, "accept-encoding", encoding};

        Reply get = server.callUnchecked("GET", path, null, headers);
        Reply head = server.callUnchecked("HEAD", path, null, headers);

        assertThat(head.status()).isEqualTo(get.status()).isEqualTo(200);
        assertThat(head.headers().getAll("vary")).isEqualTo(get.headers().getAll("vary"));
        assertThat(head.headers().get("content-length"))
            .isIn(get.headers().get("content-length"), null);
        assertThat(head.headers().get("content-encoding"))
            .isIn(get.headers().get("content-encoding"), null);
        if (encoding.equals("identity")) {
          assertThat(head.headers().get("content-length"))
              .isEqualTo(get.headers().get("content-length"));
        }
      }
    }
  }

  /** A cache must not give the one form to those who asked for the other. */
  @ParameterizedTest
  @ValueSource(ints = {100, 5_000, 70_000, LARGE})
  void bothFormsSayWhatTheyDependOn(int size) {
    put("0123456789abcdef".repeat(size / 16).getBytes(StandardCharsets.US_ASCII));
    for (String accept : new String[] {BARE, "application/json"}) {
      for (String encoding : new String[] {"gzip", "identity"}) {
        assertThat(
                server
                    .callUnchecked(
                        "GET", "/kv/a", null, "accept", accept, "accept-encoding", encoding)
                    .headers()
                    .getAll("vary"))
            .isEqualTo(size < 1024 ? List.of("accept") : List.of("accept", "accept-encoding"));
      }
    }
  }

  @Test
  void whatHasOneFormDependsOnNothing() {
    assertThat(server.get("/flags/a").headers().contains("vary")).isFalse();
    assertThat(server.get("/kv/absent").headers().contains("vary")).isFalse();
    assertThat(server.get("/cache/absent").headers().contains("vary")).isFalse();
  }
}
