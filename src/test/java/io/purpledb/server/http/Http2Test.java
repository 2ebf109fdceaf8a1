package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The contract over HTTP/2, as clients begin it: the same answers as over HTTP/1.1. */
@Timeout(60)
class Http2Test {

  private static final Set<String> OF_HTTP1 =
      Set.of("connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection");
  private static TestHttpServer server;
  private static Vertx vertx;

  @BeforeAll
  static void start() {
    server = TestHttpServer.start();
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    TestHttpServer.await(vertx.close());
    server.close();
  }

  /** A request; its path may have %s for a key that nobody else uses. */
  private record Call(String method, String path, @Nullable String body, List<String> headers) {}

  private static Call call(String method, String path, String... headers) {
    return new Call(method, path, null, List.of(headers));
  }

  private static Call put(String path, String body, String... headers) {
    return new Call("PUT", path, body, List.of(headers));
  }

  /** Each operation, what it refuses, and what is none. */
  private static final List<Call> CALLS =
      List.of(
          call("GET", "/ping"), // without a body, so that an upgrade is made
          put("/kv/%s", "value", "content-type", "text/plain"),
          call("GET", "/kv/%s"),
          call("GET", "/kv/%s", "accept", "application/octet-stream"),
          call("HEAD", "/kv/%s", "accept", "application/octet-stream"),
          call("GET", "/kv/%s", "accept", "image/png"),
          put("/kv/%s", "{\"content\":\"json\"}"),
          put("/kv/%s", "{\"content\":", "content-type", "application/json"),
          put("/kv/%s", "x".repeat(4097), "content-type", "text/plain"),
          put("/kv/%s", "gzip", "content-encoding", "gzip"),
          put("/kv/%s", "if", "if-match", "\"a\""),
          call("DELETE", "/kv/%s"),
          call("DELETE", "/kv/%s"),
          call("GET", "/kv/%s"),
          put("/cache/%s?ttl=60", "cached", "content-type", "text/plain"),
          call("GET", "/cache/%s"),
          call("PUT", "/cache/%s?value=a"),
          call("PUT", "/cache/%s?value=a&ttl=-1"),
          call("PUT", "/counters/%s?increment=5"),
          call("GET", "/counters/%s"),
          call("PUT", "/counters/%s?increment=x"),
          call("PUT", "/flags/%s?value=true"),
          call("GET", "/flags/%s"),
          call("GET", "/flags/%s-none"),
          call("PUT", "/sets/%s?item=b"),
          call("PUT", "/sets/%s?item=a"),
          call("GET", "/sets/%s"),
          call("DELETE", "/sets/%s?item=a"),
          call("GET", "/health/live"),
          call("GET", "/health/ready"),
          call("GET", "/openapi.json"),
          call("GET", "/openapi.json", "accept-encoding", "gzip"),
          call("GET", "/openapi.yaml"),
          call("GET", "/docs"),
          call("GET", "/docs/page.js"),
          call("GET", "/docs/none.js"),
          call("GET", "/"),
          call("GET", "/none"),
          call("POST", "/kv/%s"),
          call("X", "/kv/%s"),
          call("OPTIONS", "/kv/%s"),
          call("GET", "/kv/%%zz"),
          call("GET", "/kv/"),
          call("GET", "/kv/%s/more"),
          call("GET", "/kv/" + "k".repeat(9_000)),
          call("GET", "/kv/" + "%%41".repeat(30_000)),
          call("GET", "/ping", "x-large", "x".repeat(40_000)));

  private static HttpClient client(HttpVersion version, boolean upgrade) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setDefaultHost("127.0.0.1")
            .setDefaultPort(server.port())
            .setProtocolVersion(version)
            .setInitialSettings(
                new io.vertx.core.http.Http2Settings().setMaxHeaderListSize(1 << 20))
            .setHttp2ClearTextUpgrade(upgrade));
  }

  /** The answers to all calls, one after the other. */
  private static List<Reply> replies(HttpClient client, String key, HttpVersion version) {
    List<Reply> replies = new ArrayList<>();
    for (Call call : CALLS) {
      RequestOptions options =
          new RequestOptions()
              .setMethod(HttpMethod.valueOf(call.method()))
              .setURI(call.path().formatted(key));
      for (int i = 0; i < call.headers().size(); i += 2) {
        options.addHeader(call.headers().get(i), call.headers().get(i + 1));
      }
      replies.add(
          TestHttpServer.await(
              client.request(options).compose(request -> exchange(request, call, version))));
    }
    return replies;
  }

  /** Runs on the event loop of the request: elsewhere the body may have gone by already. */
  private static Future<Reply> exchange(HttpClientRequest request, Call call, HttpVersion version) {
    Future<HttpClientResponse> sent =
        call.body() == null ? request.send() : request.send(Buffer.buffer(call.body()));
    return sent.compose(
        response -> {
          assertThat(response.version()).isEqualTo(version);
          return response
              .body()
              .map(body -> new Reply(response.statusCode(), response.headers(), body));
        });
  }

  /** What of an answer is to be the same, however it comes. */
  private static String shown(Call call, Reply reply, String key) {
    Map<String, String> headers = new TreeMap<>();
    for (String name : reply.headers().names()) {
      headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", reply.headers().getAll(name)));
    }
    headers.computeIfPresent("date", (name, date) -> "some");
    headers.keySet().removeAll(OF_HTTP1);
    String detail = call.path().length() > 60_000 || !call.headers().isEmpty() ? "" : reply.text();
    return "%s %s: %d %s %s"
        .formatted(
            call.method(),
            call.path().substring(0, Math.min(40, call.path().length())),
            reply.status(),
            reply.status() < 400 || !detail.isEmpty() ? headers : headers.keySet(),
            reply.status() < 400 ? reply.text() : detail)
        .replace(key, "KEY");
  }

  private static List<String> shown(List<Reply> replies, String key) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < replies.size(); i++) {
      shown.add(shown(CALLS.get(i), replies.get(i), key));
    }
    return shown;
  }

  @Test
  void eachAnswerIsThatOfHttp1() {
    List<String> expected =
        shown(replies(client(HttpVersion.HTTP_1_1, false), "k-1", HttpVersion.HTTP_1_1), "k-1");

    List<Reply> known = replies(client(HttpVersion.HTTP_2, false), "k-2", HttpVersion.HTTP_2);
    assertThat(shown(known, "k-2")).isEqualTo(expected);
    List<Reply> upgraded = replies(client(HttpVersion.HTTP_2, true), "k-3", HttpVersion.HTTP_2);
    assertThat(shown(upgraded, "k-3")).isEqualTo(expected);

    for (Reply reply : known) {
      MultiMap headers = reply.headers();
      assertThat(headers.names()).doesNotContainAnyElementsOf(OF_HTTP1);
      assertThat(headers.get("x-content-type-options")).isEqualTo("nosniff");
      assertThat(headers.get("date")).isNotNull();
    }
  }

  /** It asks for the change with its first request, and goes on as the server answers. */
  @Test
  void theClientOfTheJdkIsServed() throws Exception {
    java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient();
    HttpResponse<String> first = client.send(request("/ping").build(), BodyHandlers.ofString());
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
    HttpResponse<String> put =
        client.send(
            request("/kv/jdk")
                .header("content-type", "text/plain")
                .PUT(BodyPublishers.ofString("from the JDK"))
                .build(),
            BodyHandlers.ofString());
    assertThat(put.statusCode()).isEqualTo(204);
    assertThat(put.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
    assertThat(server.get("/kv/jdk").json().getString("value")).isEqualTo("from the JDK");

    HttpResponse<String> withBody =
        java.net.http.HttpClient.newHttpClient()
            .send(
                request("/kv/jdk")
                    .header("content-type", "text/plain")
                    .PUT(BodyPublishers.ofString("first"))
                    .build(),
                BodyHandlers.ofString());
    assertThat(withBody.statusCode()).isEqualTo(204);
    assertThat(withBody.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_1_1);
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }
}
