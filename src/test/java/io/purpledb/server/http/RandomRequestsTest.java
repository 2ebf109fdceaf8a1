package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.http.contract.ContractDocument;
import io.purpledb.server.http.contract.OperationCheck;
import io.purpledb.support.LogWatch;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Thousands of requests that nobody would write: each is answered, never with a 5xx, only with what
 * the contract lists, and a refusal is a problem. The seed is reported; {@code -Dpurple.seed} sets
 * it.
 */
@Timeout(300)
class RandomRequestsTest {

  private static final int REQUESTS = 4_000;
  private static final List<String> TEMPLATES =
      List.of(
          "/kv/{key}",
          "/cache/{key}",
          "/counters/{key}",
          "/flags/{key}",
          "/sets/{key}",
          "/docs/{asset}");
  private static final List<String> METHODS =
      List.of("GET", "PUT", "PUT", "PUT", "DELETE", "HEAD", "POST", "OPTIONS", "X");
  private static final List<String> SEGMENTS =
      List.of(
          "kv",
          "cache",
          "counters",
          "flags",
          "sets",
          "ping",
          "health",
          "live",
          "ready",
          "docs",
          "openapi.json",
          "a",
          "..",
          ".",
          "",
          "%2F",
          "%zz",
          "%",
          "%ED%A0%80",
          "%F0%9F%98%80",
          "+",
          "\"",
          "{}",
          ";",
          "\u00ff",
          "page.js");
  private static final List<String> QUERY =
      List.of(
          "value=1",
          "value=true",
          "value=",
          "value",
          "increment=5",
          "increment=x",
          "increment=9223372036854775807",
          "item=a",
          "item=%zz",
          "ttl=5",
          "ttl=-1",
          "ttl=99999999999999999999",
          "%zz=1",
          "=",
          "&",
          "x=1",
          "value=%00");
  private static final List<String> HEADERS =
      List.of(
          "Accept: application/json",
          "Accept: */*",
          "Accept: application/octet-stream",
          "Accept: text/plain;q=x",
          "Accept: ;;;,,,",
          "Content-Type: application/json",
          "Content-Type: application/octet-stream",
          "Content-Type: /",
          "Content-Type: a/b; charset=\"",
          "Content-Encoding: gzip",
          "Expect: 100-continue",
          "Expect: x",
          "Content-Type: text/plain; charset=utf-16",
          "X-Odd: \u00ff\u00fe",
          "Cookie: a=\"",
          "Upgrade: h2c",
          "Connection: Upgrade, HTTP2-Settings",
          "HTTP2-Settings: AAMAAABkAAQAAP__",
          "Connection: keep-alive");
  private static final List<String> BODIES =
      List.of(
          "",
          "x",
          "{}",
          "{\"content\":\"x\"}",
          "{\"content\":",
          "[[[[",
          "\u00ff\u00fe\0",
          "a".repeat(5000));

  @RegisterExtension static final LogWatch LOG = new LogWatch();

  @RegisterExtension
  static TestHttpServer server =
      TestHttpServer.start(TestHttpServer.config(TestHttpServer.MAX_VALUE_BYTES, 20_000));

  private static JsonObject contract;

  @BeforeAll
  static void start() {
    contract = ContractDocument.read().json();
  }

  @Test
  void everyRequestIsAnswered(TestReporter reporter) throws Exception {
    Random random = seeded(reporter);
    for (int i = 0; i < REQUESTS; ) {
      try (RawHttpClient client = new RawHttpClient(server.port())) {
        // The first of a connection may turn it into one of HTTP/2, which later ones wish in vain.
        client.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n").reply();
        for (int onConnection = 0; onConnection < 50 && i < REQUESTS; onConnection++, i++) {
          String method = pick(METHODS, random);
          String path = path(random);
          String request = request(method, path, random);
          Reply reply = reply(client.send(request), method);
          assertListed(method, path, reply, request);
        }
      }
    }
    assertThat(LOG.take()).isEmpty();
  }

  private static Random seeded(TestReporter reporter) {
    long seed = Long.getLong("purple.seed", System.nanoTime());
    reporter.publishEntry("purple.seed", Long.toString(seed));
    return new Random(seed);
  }

  /** Mostly a path of the contract, with any text where its parameter is. */
  private static String path(Random random) {
    StringBuilder path = new StringBuilder();
    if (random.nextInt(4) > 0) {
      path.append(pick(TEMPLATES, random).replaceAll("\\{.*}", pick(SEGMENTS, random)));
    } else {
      for (int i = 0; i <= random.nextInt(3); i++) {
        path.append('/').append(pick(SEGMENTS, random));
      }
    }
    for (int i = 0; i < random.nextInt(3); i++) {
      path.append(path.indexOf("?") < 0 ? '?' : '&').append(pick(QUERY, random));
    }
    return path.toString();
  }

  private static String request(String method, String path, Random random) {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < random.nextInt(4); i++) {
      request.append(pick(HEADERS, random)).append("\r\n");
    }
    String body = pick(BODIES, random);
    if (random.nextInt(3) == 0) {
      request.append("\r\n");
    } else if (random.nextBoolean()) {
      request.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
    } else {
      request.append("Transfer-Encoding: chunked\r\n\r\n");
      request.append(
          body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n");
      request.append("0\r\n\r\n");
    }
    return request.toString();
  }

  private static Reply reply(RawHttpClient client, String method) throws IOException {
    Reply reply = method.equals("HEAD") ? client.head() : client.reply();
    return reply.status() == 100 ? reply(client, method) : reply;
  }

  private static void assertListed(String method, String path, Reply reply, String request) {
    assertThat(statuses(method, path)).as(request).contains("" + reply.status());
    if (reply.status() >= 400) {
      assertThat(reply.type()).as(request).isEqualTo("application/problem+json");
    }
  }

  /** The statuses that the contract lists, without the 5xx. */
  private static Set<String> statuses(String method, String path) {
    String rawPath = path.replaceFirst("\\?.*", "");
    if (rawPath.matches("/|/docs/")) {
      return Set.of(method.matches("GET|HEAD") ? "302" : "405");
    }
    List<OperationCheck> operations =
        server.contract().operations().stream()
            .filter(operation -> operation.path().template().matches(rawPath))
            .toList();
    return operations.stream()
        .filter(operation -> operation.methods().contains(HttpMethod.valueOf(method)))
        .findFirst()
        .map(RandomRequestsTest::statuses)
        .orElse(Set.of(operations.isEmpty() ? "404" : "405"));
  }

  private static Set<String> statuses(OperationCheck operation) {
    return contract
        .getJsonObject("paths")
        .getJsonObject(operation.path().template().path())
        .getJsonObject(operation.method().name().toLowerCase(Locale.ROOT))
        .getJsonObject("responses")
        .fieldNames()
        .stream()
        .filter(status -> !status.startsWith("5"))
        .collect(Collectors.toSet());
  }

  private static String pick(List<String> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
