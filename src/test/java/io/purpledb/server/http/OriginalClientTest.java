package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of the Go original send works as it did; sent by the JDK's own client. */
class OriginalClientTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @Test
  void ping() throws Exception {
    assertAnswer(200, "", send("GET", "/ping"));
  }

  @Test
  void cache() throws Exception {
    assertRefused(404, send("GET", "/cache/a"));
    assertAnswer(204, "", send("PUT", "/cache/a?value=x+y&ttl=60"));
    assertAnswer(200, "{\"value\":\"x y\"}", send("GET", "/cache/a"));
    assertAnswer(204, "", send("PUT", "/cache/a?value=z"));
    assertRefused(400, send("PUT", "/cache/a?ttl=60"));
    assertRefused(400, send("PUT", "/cache/a?value=&ttl=60"));
    assertRefused(400, send("PUT", "/cache/a?value=x&ttl=soon"));
    assertAnswer(200, "{\"value\":\"z\"}", send("GET", "/cache/a"));
  }

  @Test
  void counters() throws Exception {
    assertAnswer(200, "{\"counter\":\"a\",\"value\":0}", send("GET", "/counters/a"));
    assertAnswer(200, "{\"counter\":\"a\",\"value\":5}", send("PUT", "/counters/a?increment=5"));
    assertAnswer(200, "{\"counter\":\"a\",\"value\":-2}", send("PUT", "/counters/a?increment=-7"));
    assertRefused(400, send("PUT", "/counters/a"));
    assertRefused(400, send("PUT", "/counters/a?increment=1.5"));
    assertAnswer(
        200,
        "{\"counter\":\"big\",\"value\":9223372036854775807}",
        send("PUT", "/counters/big?increment=9223372036854775807"));
    assertRefused(409, send("PUT", "/counters/big?increment=1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "t", "T", "TRUE", "true", "True"})
  void flagOn(String spelling) throws Exception {
    assertAnswer(204, "", send("PUT", "/flags/on" + spelling + "?value=" + spelling));
    assertAnswer(200, "{\"value\":true}", send("GET", "/flags/on" + spelling));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "f", "F", "FALSE", "false", "False"})
  void flagOff(String spelling) throws Exception {
    assertAnswer(204, "", send("PUT", "/flags/off?value=1"));
    assertAnswer(204, "", send("PUT", "/flags/off?value=" + spelling));
    assertAnswer(200, "{\"value\":false}", send("GET", "/flags/off"));
  }

  @Test
  void flags() throws Exception {
    assertAnswer(200, "{\"value\":false}", send("GET", "/flags/never-set"));
    assertRefused(400, send("PUT", "/flags/a"));
    assertAnswer(204, "", send("PUT", "/flags/a?value=true"));
    assertRefused(400, send("PUT", "/flags/a?value=maybe"));
    assertAnswer(200, "{\"value\":true}", send("GET", "/flags/a"));
  }

  @Test
  void kv() throws Exception {
    assertRefused(404, send("GET", "/kv/a"));
    assertAnswer(204, "", send("PUT", "/kv/a", "{\"content\": \"aGVsbG8=\"}"));
    assertAnswer(200, "{\"value\":\"aGVsbG8=\"}", send("GET", "/kv/a"));
    assertRefused(400, send("PUT", "/kv/a", ""));
    assertRefused(400, send("PUT", "/kv/a", "{}"));
    assertRefused(400, send("PUT", "/kv/a", "{\"content\": \"\"}"));
    assertRefused(400, send("PUT", "/kv/a", "not JSON"));
    assertAnswer(204, "", send("DELETE", "/kv/a"));
    assertRefused(404, send("DELETE", "/kv/a"));
    assertRefused(404, send("GET", "/kv/a"));
  }

  @Test
  void sets() throws Exception {
    assertAnswer(200, "{\"set\":\"a\",\"items\":[]}", send("GET", "/sets/a"));
    assertAnswer(200, "{\"set\":\"a\",\"items\":[\"x\"]}", send("PUT", "/sets/a?item=x"));
    assertAnswer(200, "{\"set\":\"a\",\"items\":[\"b\",\"x\"]}", send("PUT", "/sets/a?item=b"));
    assertAnswer(200, "{\"set\":\"a\",\"items\":[\"b\"]}", send("DELETE", "/sets/a?item=x"));
    assertAnswer(200, "{\"set\":\"a\",\"items\":[\"b\"]}", send("DELETE", "/sets/a?item=x"));
    assertRefused(400, send("PUT", "/sets/a"));
    assertRefused(400, send("DELETE", "/sets/a"));
    assertRefused(400, send("PUT", "/sets/a?item="));
  }

  private static void assertAnswer(int status, String body, HttpResponse<String> answer) {
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  private static void assertRefused(int status, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
  }

  private static HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return send(method, path, "");
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }
}
