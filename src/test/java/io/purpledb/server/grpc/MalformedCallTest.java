package io.purpledb.server.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.server.grpc.call.Details;
import io.purpledb.support.QuietLog;
import io.purpledb.v1.KvGetRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.NetSocket;
import io.vertx.grpc.common.GrpcStatus;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call gets a status, whatever a client sends or leaves out; no log line comes of it. */
@Timeout(20)
class MalformedCallTest {

  private static final String HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final long REQUEST_TIMEOUT_MILLIS = 1_000;
  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final byte[] REQUEST = KvGetRequest.newBuilder().setKey("k").build().toByteArray();

  @RegisterExtension final QuietLog log = new QuietLog();

  private static TestGrpcServer server;
  private static RawGrpcClient client;

  @BeforeAll
  static void start() {
    server = TestGrpcServer.ofPurple(TestGrpcServer.config(REQUEST_TIMEOUT_MILLIS));
    client = new RawGrpcClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void answersAWellFormedCall() {
    Answer answer = client.call(GET, Map.of(), RawGrpcClient.frame(REQUEST));

    assertThat(answer.status()).isEqualTo(GrpcStatus.NOT_FOUND);
    assertThat(answer.text()).isEqualTo("no value found for k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GET,
        "/proto.KV/KVGet",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
      })
  void refusesACallWithoutAMessage(String path) {
    Answer answer = client.call(path, Map.of(), Buffer.buffer());

    assertThat(answer.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(answer.text()).isEqualTo("request: no whole message (expected: one message)");
  }

  @Test
  void refusesATruncatedMessage() {
    Buffer frame = RawGrpcClient.frame(REQUEST);
    Answer answer = client.call(GET, Map.of(), frame.getBuffer(0, frame.length() - 1));

    assertThat(answer.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(answer.text()).isEqualTo("request: no whole message (expected: one message)");
  }

  @Test
  void refusesASecondMessage() {
    Buffer two = RawGrpcClient.frame(REQUEST).appendBuffer(RawGrpcClient.frame(REQUEST));
    Answer answer = client.call(GET, Map.of(), two);

    assertThat(answer.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(answer.text()).isEqualTo("request: a second message (expected: one message)");
  }

  @Test
  void refusesASecondMessageBeforeTheEnd() {
    Buffer two = RawGrpcClient.frame(REQUEST).appendBuffer(RawGrpcClient.frame(REQUEST));
    HttpClientRequest request = client.open(GET, Map.of());
    Promise<Throwable> stopped = Promise.promise();
    request.exceptionHandler(stopped::tryComplete);
    Future<Answer> answer = RawGrpcClient.answer(request);
    request.write(two);

    assertThat(TestGrpcServer.await(answer).status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(TestGrpcServer.await(stopped.future()))
        .isInstanceOfSatisfying(
            StreamResetException.class, reset -> assertThat(reset.getCode()).isZero());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GET,
        "/proto.KV/KVGet",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      })
  void endsACallWhoseMessageDoesNotCome(String path) {
    long start = System.nanoTime();
    Answer answer = client.callWithoutEnd(path, Map.of(), Buffer.buffer(new byte[] {0, 0}));

    assertThat(answer.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(answer.text())
        .isEqualTo("request: not whole after 1000 ms (expected: its messages and its end)");
    assertThat(millisSince(start)).isBetween(850L, 5_000L);
  }

  @Test
  void endsACallThatDoesNotEnd() {
    long start = System.nanoTime();
    Answer answer = client.callWithoutEnd(GET, Map.of(), RawGrpcClient.frame(REQUEST));

    assertThat(answer.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(millisSince(start)).isBetween(850L, 5_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "deflate", "snappy", "GZIP", "identity,gzip", "x"})
  void refusesAnUnknownEncoding(String encoding) {
    Answer answer =
        client.call(GET, Map.of("grpc-encoding", encoding), RawGrpcClient.frame(1, REQUEST));

    assertThat(answer.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    assertThat(answer.text())
        .isEqualTo("grpc-encoding: " + encoding + " (expected: identity or gzip)");
    assertThat(answer.headers().getAll("grpc-accept-encoding")).containsExactly("gzip");
  }

  /** The stable name of a failure that came as headers alone. */
  private static String reason(Answer answer) {
    try {
      String details = answer.headers().get(Details.TRAILER);
      Status status = Status.parseFrom(Base64.getDecoder().decode(details));
      return status.getDetails(0).unpack(ErrorInfo.class).getReason();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** The specification of gRPC says which status that is; but it is the client's mistake. */
  @ParameterizedTest
  @ValueSource(strings = {"", "identity"})
  void refusesACompressedMessageWithoutAnEncoding(String encoding) {
    Map<String, String> headers = encoding.isEmpty() ? Map.of() : Map.of("grpc-encoding", encoding);
    for (byte[] message : new byte[][] {RawGrpcClient.gzip(REQUEST), REQUEST}) {
      Answer answer = client.call(GET, headers, RawGrpcClient.frame(1, message));

      assertThat(answer.status()).isEqualTo(GrpcStatus.INTERNAL);
      assertThat(answer.text())
          .isEqualTo("message: flag 1, compressed (expected: 0, because grpc-encoding names none)");
      assertThat(reason(answer)).isEqualTo("INVALID_ARGUMENT");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 128, 255})
  void refusesAnUnknownFlag(int flag) {
    for (String encoding : new String[] {"identity", "gzip"}) {
      Answer answer =
          client.call(GET, Map.of("grpc-encoding", encoding), RawGrpcClient.frame(flag, REQUEST));

      assertThat(answer.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
      assertThat(answer.text())
          .isEqualTo("message: flag %d (expected: 0, or 1 when it is compressed)".formatted(flag));
      assertThat(reason(answer)).isEqualTo("INVALID_ARGUMENT");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0a, truncated",
    "0aff01, truncated",
    "07, invalid wire type",
    "00, invalid tag",
    "0a01ff, invalid UTF-8",
    "0affffffffff, malformed varint"
  })
  void refusesMalformedProtobuf(String hex, String what) {
    byte[] message = HexFormat.of().parseHex(hex);
    Answer answer = client.call(GET, Map.of(), RawGrpcClient.frame(message));

    assertThat(answer.status()).as(what).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(answer.text())
        .startsWith("message: " + message.length + " bytes that are not protobuf: ")
        .endsWith(" (expected: purple.v1.KvGetRequest)");
  }

  @Test
  void answersRandomMessages() {
    Random random = new Random(4711);
    for (int i = 0; i < 300; i++) {
      byte[] message = new byte[random.nextInt(40)];
      random.nextBytes(message);
      String path = i % 2 == 0 ? "/purple.v1.KvService/KvPut" : "/proto.KV/KVPut";
      Answer answer = client.call(path, Map.of(), RawGrpcClient.frame(message));

      assertThat(answer.status())
          .as(() -> HexFormat.of().formatHex(message))
          .isIn(GrpcStatus.INVALID_ARGUMENT, GrpcStatus.OK);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/purple.v1.KvService/KvTake",
        "/purple.v1.KvService",
        "/purple.v1.KvService/KvGet/",
        "/purple.v1.NoService/KvGet",
        "/",
        "//",
        "nothing",
        "*",
        "/%ff%00",
      })
  void refusesAnUnknownMethod(String path) {
    Answer answer = client.call(path, Map.of(), RawGrpcClient.frame(REQUEST));

    assertThat(answer.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    assertThat(answer.text()).endsWith(" (expected: a method that reflection lists)");
  }

  /** The text has all of it: nothing before the slash is thrown away. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "purple.v1.KvService/KvGet",
        "*",
        "?",
        "?x=y",
        "/",
        "http://a/purple.v1.KvService"
      })
  void aTargetThatIsNoPathIsShownAsItIs(String target) {
    Answer answer = client.call(target, Map.of(), RawGrpcClient.frame(REQUEST));

    assertThat(answer.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    assertThat(answer.text())
        .isEqualTo("method: " + target + " (expected: a method that reflection lists)");
  }

  @Test
  void refusesAnUnknownMethodBeforeTheEnd() {
    Answer answer = client.callWithoutEnd("/a/b", Map.of(), RawGrpcClient.frame(new byte[2 << 20]));

    assertThat(answer.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "text/plain",
        "application/grpcx",
        "application/grpc-web-text",
        "application/grpc+foo",
        "application/grpc-foo",
      })
  void refusesAnotherContentType(String type) {
    Answer answer = client.call(GET, Map.of("content-type", type), RawGrpcClient.frame(REQUEST));

    assertThat(answer.httpStatus()).isEqualTo(415);
    assertThat(answer.body().toString()).contains("(expected: ").endsWith(")\n");
  }

  @Test
  void refusesJsonMessages() {
    Answer answer =
        client.call(
            GET,
            Map.of("content-type", "application/grpc+json"),
            RawGrpcClient.frame("{\"key\":\"k\"}".getBytes(UTF_8)));

    assertThat(answer.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    assertThat(answer.text())
        .isEqualTo(
            "content-type: a JSON message (expected: application/grpc, with protobuf messages)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "OPTIONS", "CONNECT", "PUT"})
  void refusesAnotherMethodThanPost(String method) {
    HttpClientRequest request = client.open(HttpMethod.valueOf(method), GET, Map.of());
    Future<Answer> answer = RawGrpcClient.answer(request);
    request.end();

    assertThat(TestGrpcServer.await(answer).httpStatus()).isEqualTo(405);
  }

  /** Somebody tries curl or a browser on the wrong port. */
  @ParameterizedTest
  @CsvSource({"GET, /, 405", "GET, /kv/a, 405", "PUT, /kv/a, 405", "POST, /kv/a, 415"})
  void tellsWhoSpeaksPlainHttpWhereThatIs(String method, String path, int status) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                    .method(method, BodyPublishers.noBody())
                    .build(),
                BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body())
        .startsWith(method + " " + path + ": this is the gRPC port (expected: a call of gRPC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "m", "123456789m", "1x", "-1m", "1.5S", "1mm", "٣m"})
  void refusesAMalformedTimeout(String timeout) {
    Answer answer = client.call(GET, Map.of("grpc-timeout", timeout), RawGrpcClient.frame(REQUEST));

    assertThat(answer.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(answer.text())
        .startsWith("grpc-timeout: ")
        .endsWith(" (expected: 1 to 8 digits and one of H, M, S, m, u, n)");
  }

  @Test
  void refusesHeadersOverTheirBound() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(HTTP2_PREFACE.getBytes(US_ASCII));
      out.write(http2Frame(SETTINGS, 0, new byte[0]));
      String literalNameX = "\0\1x";
      String literalOf10008Bytes = "\177\231\115" + "v".repeat(10_008);
      byte[] header = (literalNameX + literalOf10008Bytes).getBytes(ISO_8859_1);
      out.write(http2Frame(HEADERS, 1, header));

      assertThat(typeOfFirstFrame(new DataInputStream(socket.getInputStream()), 1))
          .isIn(HEADERS, RST_STREAM);
    }
    answersAWellFormedCall();
  }

  private static byte[] http2Frame(int type, int stream, byte[] payload) {
    int endOfHeadersAndStream = type == HEADERS ? 5 : 0;
    return Buffer.buffer()
        .appendMedium(payload.length)
        .appendByte((byte) type)
        .appendByte((byte) endOfHeadersAndStream)
        .appendInt(stream)
        .appendBytes(payload)
        .getBytes();
  }

  private static int typeOfFirstFrame(DataInputStream in, int stream) throws IOException {
    while (true) {
      int lengthAndType = in.readInt();
      in.readByte();
      int of = in.readInt();
      if (of == stream) {
        return lengthAndType & 0xff;
      }
      in.skipNBytes(lengthAndType >>> 8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "POST /purple.v1.KvService/KvGet HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n",
        "nonsense\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-type: application/grpc\r\ncontent-length: -1\r\n\r\n",
      })
  void answersHttp1(String request) {
    NetSocket socket =
        TestGrpcServer.await(server.vertx().createNetClient().connect(server.port(), "127.0.0.1"));
    Future<Buffer> answer = Future.future(promise -> socket.handler(promise::tryComplete));
    socket.write(request);

    assertThat(TestGrpcServer.await(answer).toString(UTF_8)).containsPattern("^HTTP/1\\.[01] 4");
    TestGrpcServer.await(socket.close());
  }

  @Test
  void survivesConnectionsOfNoise() {
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      NetSocket socket =
          TestGrpcServer.await(
              server.vertx().createNetClient().connect(server.port(), "127.0.0.1"));
      byte[] noise = new byte[200];
      random.nextBytes(noise);
      Buffer bytes = Buffer.buffer();
      if (i % 2 == 0) {
        bytes.appendString(HTTP2_PREFACE).appendBytes(http2Frame(SETTINGS, 0, new byte[0]));
      }
      TestGrpcServer.await(
          socket.write(bytes.appendBytes(noise)).eventually(socket::close).otherwiseEmpty());
    }
    answersAWellFormedCall();
  }

  @Test
  void servesHttp1AsGrpcWeb() {
    try (RawGrpcClient web = new RawGrpcClient(server.port(), HttpVersion.HTTP_1_1)) {
      Map<String, String> headers = Map.of("content-type", "application/grpc-web+proto");
      Answer answer = web.call(GET, headers, RawGrpcClient.frame(REQUEST));
      assertThat(answer.status()).isEqualTo(GrpcStatus.NOT_FOUND);
      assertThat(answer.text()).isEqualTo("no value found for k");
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
