package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.PurpleServer;
import io.purpledb.config.Config;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.Interceptor;
import io.purpledb.support.OperationCounts;
import io.purpledb.support.RawHttp2;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.StreamResetException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations that answer many messages, as Server-Sent Events. */
@Timeout(90)
final class EventStreamTest {

  private static final Config CONFIG = TestHttpServer.config(1 << 20, 10_000);
  private static final OperationCounts STATUSES = new OperationCounts();

  private static final int WINDOW = 65_535;

  private static PurpleServer server;
  private static TestService.Counts counts;
  private static TestOperations.Deployed deployed;

  @BeforeAll
  static void start() {
    server =
        TestHttpServer.await(PurpleServer.start(CONFIG, InstantSource.system(), List.of(STATUSES)));
    counts = TestService.deploy(server.vertx(), Runtime.getRuntime().availableProcessors());
    deployed = TestOperations.deploy(server.vertx(), CONFIG);
  }

  @AfterAll
  static void stop() {
    TestHttpServer.await(server.close());
  }

  private static URI uri(String query) {
    return URI.create("http://127.0.0.1:%d/tests/k/numbers?%s".formatted(deployed.port(), query));
  }

  private static HttpRequest get(String query) {
    return HttpRequest.newBuilder(uri(query)).build();
  }

  private static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().version(version).build();
  }

  @ParameterizedTest
  @EnumSource
  void allInOrderAndTheEnd(HttpClient.Version version) throws Exception {
    HttpResponse<String> response = client(version).send(get("count=3"), BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(response.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(response.body())
        .isEqualTo(
            """
            id: 1
            data: {"number":1,"padding":""}

            id: 2
            data: {"number":2,"padding":""}

            id: 3
            data: {"number":3,"padding":""}

            event: end
            data: {}

            """);
    counts.assertEnded(STATUSES, "ok");
  }

  @ParameterizedTest
  @EnumSource
  void failuresAreTheLastEvent(HttpClient.Version version) throws Exception {
    String body =
        client(version).send(get("count=3&failingAfter=1"), BodyHandlers.ofString()).body();

    assertThat(body)
        .startsWith("id: 1\n")
        .endsWith(
            """
            event: problem
            data: {"type":"urn:purple:problem:conflict","title":"Conflict","code":"conflict","status":409,"detail":"number 1 is too much"}

            """);
    counts.assertEnded(STATUSES, "conflict");
  }

  @Test
  void whatCannotBeginIsAProblem() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest json =
        HttpRequest.newBuilder(uri("count=1")).header("accept", "application/json").build();

    HttpResponse<String> wrong = client.send(get("count=x"), BodyHandlers.ofString());
    HttpResponse<String> unwanted = client.send(json, BodyHandlers.ofString());

    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(unwanted.statusCode()).isEqualTo(406);
    assertThat(unwanted.body()).contains("text/event-stream");
  }

  @Test
  void headHasTheHeadAlone() throws Exception {
    HttpRequest head =
        HttpRequest.newBuilder(uri("count=-1"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();

    HttpResponse<String> response = HttpClient.newHttpClient().send(head, BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(response.body()).isEmpty();
    counts.assertEnded(STATUSES, "ok");
  }

  /** It has no chunks; the end of the connection is the end. */
  @Test
  void overHttp10() throws Exception {
    try (RawHttpClient client = new RawHttpClient(deployed.port())) {
      client.send("GET /tests/k/numbers?count=1 HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n");

      String answer = client.rest();

      assertThat(answer).startsWith("HTTP/1.0 200 OK\r\n").doesNotContain("transfer-encoding");
      assertThat(answer)
          .endsWith(
              "\r\n\r\n:\n\nid: 1\ndata: {\"number\":1,\"padding\":\"\"}\n\nevent: end\ndata: {}\n\n");
    }
    counts.assertEnded(STATUSES, "ok");
  }

  /** It is found out when the stream says that it is there. */
  @Test
  void whoGoesAwayEndsIt() throws Exception {
    try (RawHttpClient client = new RawHttpClient(deployed.port())) {
      client.send("GET /tests/k/numbers?count=1&waiting=true HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
      assertThat(client.reply().status()).isEqualTo(200);
      client.awaitLine(":");
    }

    counts.assertEnded(STATUSES, "ok");
  }

  /** They wait for its end, and do not keep it from being found out. */
  @Test
  void requestsBehindIt() throws Exception {
    String head = " HTTP/1.1\r\nhost: 127.0.0.1\r\n";
    try (RawHttpClient client = new RawHttpClient(deployed.port())) {
      client.send("GET /tests/k/numbers?count=2" + head + "\r\n");
      client.send("GET /tests/k/numbers?count=1" + head + "connection: close\r\n\r\n");

      assertThat(client.rest()).containsPattern("(?s)id: 2\n.*event: end\n.*id: 1\n.*event: end\n");
    }
    counts.awaitNoneOpen();
    assertThat(STATUSES.take()).isEqualTo(Map.of("testCount ok", 2));
    try (RawHttpClient client = new RawHttpClient(deployed.port())) {
      client.send("GET /tests/k/numbers?count=1&waiting=true" + head + "\r\n");
      client.awaitLine("id: 1");
      client.send(("GET /tests/k/numbers?count=1" + head + "\r\n").repeat(100));
    }

    counts.awaitNoneOpen();
    STATUSES.take(); // of those behind it as many as were begun before the close was seen
  }

  /** An event that cannot be made ends it with the reason, and no client waits for more. */
  @ParameterizedTest
  @EnumSource
  void anEventThatCannotBeMade(HttpClient.Version version) throws Exception {
    String query = "count=3&waiting=true&padding=" + TestOperations.UNTOLD_PADDING;

    String body = client(version).send(get(query), BodyHandlers.ofString()).body();

    assertThat(body).startsWith("event: problem\n").contains("\"code\":\"internal\"");
    counts.assertEnded(STATUSES, "ok");
  }

  /** Over HTTP/1.1 nothing tells of it any more when the stream is there at last. */
  @ParameterizedTest
  @ValueSource(strings = {"count=-1", "count=1&waiting=true"})
  void whoGoesAwayBeforeItBegins(String query) throws Exception {
    Promise<Void> asked = Promise.promise();
    Promise<Void> gate = Promise.promise();
    Interceptor late =
        (operation, request, call, next) -> {
          asked.tryComplete();
          return gate.future().compose(open -> next.proceed(request, call));
        };
    PurpleServer slow =
        TestHttpServer.await(PurpleServer.start(CONFIG, InstantSource.system(), List.of(late)));
    try {
      TestService.Counts itsCounts =
          TestService.deploy(slow.vertx(), Runtime.getRuntime().availableProcessors());
      int port = TestOperations.deploy(slow.vertx(), CONFIG).port();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoLinger(true, 0); // a reset, because who only says that nothing comes may read
        socket
            .getOutputStream()
            .write(
                "GET /tests/k/numbers?%s HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
                    .formatted(query)
                    .getBytes(StandardCharsets.US_ASCII));
        TestHttpServer.await(asked.future());
      }
      Thread.sleep(200); // nobody but the server knows when it has seen that
      gate.complete();

      itsCounts.awaitOneEnded();
    } finally {
      TestHttpServer.await(slow.close());
    }
  }

  @Test
  void whoResetsItEndsIt() throws Exception {
    try (RawHttp2 connection = new RawHttp2(deployed.port()).open(WINDOW)) {
      connection.frame(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
          1,
          Http2Client.request("GET", "/tests/k/numbers?count=1&waiting=true"));
      counts.awaitOpen();
      connection.frame(RawHttp2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

      counts.assertEnded(STATUSES, "ok");
    }
  }

  /** What waits for it is bounded, and so is how long it may wait. */
  @Tag("long")
  @Test
  void whoDoesNotReadOverHttp1() throws Exception {
    long before = counts.made();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), deployed.port())) {
      socket.setReceiveBufferSize(8 << 10);
      socket
          .getOutputStream()
          .write(
              "GET /tests/k/numbers?padding=100000 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));

      counts.assertEnded(STATUSES, "ok");
      assertThat(100_000 * (counts.made() - before)).as("bytes").isLessThan(10 << 20);
    }
  }

  /** One stream of a connection that reads all others. */
  @Tag("long")
  @ParameterizedTest
  @CsvSource({"100000, 10", "0, 1000"})
  void whoDoesNotReadOverHttp2(int padding, long most) throws Exception {
    long before = counts.made();
    int noWindow = 0;
    try (RawHttp2 connection = new RawHttp2(deployed.port()).open(noWindow)) {
      connection.frame(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
          1,
          Http2Client.request("GET", "/tests/k/numbers?padding=" + padding));

      counts.assertEnded(STATUSES, "ok");
      assertThat(counts.made() - before).isLessThan(most);
    }
  }

  /** The others of its connection go on, and it ends alone. */
  @Tag("long")
  @Test
  void aStreamThatIsNotReadBesideOthersThatAre() throws Exception {
    Vertx vertx = Vertx.vertx();
    io.vertx.core.http.HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2ConnectionWindowSize(100 << 20),
            new PoolOptions().setHttp2MaxSize(1));
    try {
      Promise<Void> reset = Promise.promise();
      HttpConnection connection =
          TestHttpServer.await(
              client
                  .request(
                      HttpMethod.GET, deployed.port(), "127.0.0.1", "/tests/k/numbers?padding=9000")
                  .compose(
                      request ->
                          request
                              .exceptionHandler(reset::tryFail)
                              .send()
                              .map(
                                  response -> {
                                    response.pause();
                                    response.exceptionHandler(reset::tryFail);
                                    return request.connection();
                                  })));

      while (!reset.future().isComplete()) {
        assertThat(readAnother(client)).isSameAs(connection);
        Thread.sleep(100);
      }

      assertThat(reset.future().cause()).isInstanceOf(StreamResetException.class);
      assertThat(readAnother(client)).isSameAs(connection);
      counts.awaitNoneOpen();
    } finally {
      TestHttpServer.await(vertx.close());
      STATUSES.take();
    }
  }

  private static HttpConnection readAnother(io.vertx.core.http.HttpClient client) {
    String path = "/tests/k/numbers?padding=9000&count=10";
    return TestHttpServer.await(
        client
            .request(HttpMethod.GET, deployed.port(), "127.0.0.1", path)
            .compose(
                request ->
                    request
                        .send()
                        .compose(HttpClientResponse::body)
                        .map(body -> request.connection())));
  }

  /** Who comes to it in the last moments is told as well, and keeps nobody waiting. */
  @Test
  void aStreamThatBeginsWhileTheServerStops() throws Exception {
    ServerLimits limits =
        new ServerLimits(32 << 10, 100, 100, 60_000, 75_000, 1_000, TestConfigs.LIMITS.browsers());
    Config config = TestHttpServer.config(limits);
    PurpleServer stopping =
        TestHttpServer.await(PurpleServer.start(config, InstantSource.system()));
    TestService.deploy(stopping.vertx(), Runtime.getRuntime().availableProcessors());
    TestOperations.Deployed itsServer = TestOperations.deploy(stopping.vertx(), config);
    try (RawHttpClient first = new RawHttpClient(itsServer.port());
        RawHttpClient late = new RawHttpClient(itsServer.port())) {
      first.send("GET /tests/k/numbers?count=1 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
      first.awaitLine("event: end");
      Future<Void> stopped = stopping.vertx().undeploy(itsServer.id());
      late.send("GET /tests/k/numbers?count=1&waiting=true HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");

      assertThat(late.rest()).contains("id: 1", "event: problem", "the server is stopping");
      TestHttpServer.await(stopped);
    } finally {
      TestHttpServer.await(stopping.close());
    }
  }

  @Test
  void aServerThatStopsEndsThem() throws Exception {
    PurpleServer stopping =
        TestHttpServer.await(PurpleServer.start(CONFIG, InstantSource.system()));
    TestService.deploy(stopping.vertx(), Runtime.getRuntime().availableProcessors());
    TestOperations.Deployed itsServer = TestOperations.deploy(stopping.vertx(), CONFIG);
    URI uri =
        URI.create(
            "http://127.0.0.1:%d/tests/k/numbers?count=1&waiting=true".formatted(itsServer.port()));
    HttpResponse<Stream<String>> response =
        client(HttpClient.Version.HTTP_1_1)
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofLines());

    Future<Void> stopped = stopping.vertx().undeploy(itsServer.id());
    List<String> lines = response.body().toList();

    assertThat(lines).contains("event: problem");
    assertThat(lines.get(lines.size() - 2)).contains("\"detail\":\"the server is stopping\"");
    TestHttpServer.await(stopped);
    TestHttpServer.await(stopping.close());
  }
}
