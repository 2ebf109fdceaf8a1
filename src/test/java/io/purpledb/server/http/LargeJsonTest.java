package io.purpledb.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large answers in JSON, which are made and sent in parts, are like small ones. */
@Timeout(60)
class LargeJsonTest {

  private static final String BARE = "application/octet-stream";
  private static final int LARGE = 3 << 20;

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(LARGE, 10_000));

  /** Small, small as a value but not as JSON, in one part, and in many. */
  @ParameterizedTest
  @ValueSource(ints = {2_000, 2_740, 5_000, 17_000, 200_000, LARGE})
  void texts(int size) throws Exception {
    String value = "\u0001\"x\u00e9\ud83d\ude00\n".repeat(size / 10);
    put("/kv/a", value.getBytes(UTF_8));
    assertThat(server.put("/cache/a?ttl=3600", value, "content-type", "text/plain").status())
        .isEqualTo(204);

    for (String path : new String[] {"/kv/a", "/cache/a"}) {
      Reply reply = server.get(path, "accept-encoding", "identity");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.headers().get("content-type")).isEqualTo("application/json");
      assertThat(reply.headers().get("content-length")).isEqualTo("" + reply.body().length());
      assertThat(new JsonObject(reply.text())).isEqualTo(new JsonObject().put("value", value));
      assertLikeWholes(path, reply);
    }
    assertThat(server.get("/cache/a", "accept", "text/plain").text()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(ints = {2_740, 13_000, 200_000, LARGE})
  void bytes(int size) throws Exception {
    byte[] value = new byte[size];
    new Random(1).nextBytes(value);
    put("/kv/b", value);

    Reply reply = server.get("/kv/b", "accept-encoding", "identity");

    JsonObject json = new JsonObject(reply.text());
    assertThat(Base64.getDecoder().decode(json.getString("value"))).isEqualTo(value);
    assertThat(json.getString("encoding")).isEqualTo("base64");
    assertThat(json.size()).isEqualTo(2);
    assertLikeWholes("/kv/b", reply);
  }

  @Test
  void sets() throws Exception {
    JsonArray items = new JsonArray();
    for (int i = 100; i < 400; i++) {
      String item = i + "\"" + "x".repeat(i) + "\ud83d\ude00";
      items.add(item);
      assertThat(
              server
                  .call("PUT", "/sets/k%22?item=" + URLEncoder.encode(item, UTF_8), Buffer.buffer())
                  .status())
          .isEqualTo(200);
    }

    Reply reply = server.get("/sets/k%22", "accept-encoding", "identity");

    assertThat(new JsonObject(reply.text()))
        .isEqualTo(new JsonObject().put("set", "k\"").put("items", items));
    assertLikeWholes("/sets/k%22", reply);
  }

  private static void assertLikeWholes(String path, Reply reply) throws IOException {
    Reply head = server.call("HEAD", path, Buffer.buffer(), "accept-encoding", "identity");
    assertThat(head.headers().get("content-length")).isEqualTo("" + reply.body().length());
    Reply gzip = server.callUnchecked("GET", path, null, "accept-encoding", "gzip");
    assertThat(gzip.headers().getAll("vary")).contains("accept-encoding");
    byte[] body = gzip.body().getBytes();
    if ("gzip".equals(gzip.headers().get("content-encoding"))) {
      assertThat(body.length).isLessThan(reply.body().length());
      body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }
    assertThat(Buffer.buffer(body)).isEqualTo(reply.body());
  }

  /** Several over one connection of HTTP/2, whose windows are smaller than a part. */
  @Test
  void overHttp2() throws Exception {
    String value = "\u0001".repeat(LARGE / 2);
    put("/kv/h2", value.getBytes(UTF_8));
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    URI uri = URI.create("http://localhost:" + server.port() + "/kv/h2");
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
    for (int i = 0; i < 5; i++) {
      answers.add(
          client.sendAsync(
              HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get().version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.get().statusCode()).isEqualTo(200);
      assertThat(answer.get().body())
          .isEqualTo("{\"value\":\"" + "\\u0001".repeat(LARGE / 2) + "\"}");
    }
  }

  private static void put(String path, byte[] value) {
    assertThat(server.call("PUT", path, Buffer.buffer(value), "content-type", BARE).status())
        .isEqualTo(204);
  }
}
