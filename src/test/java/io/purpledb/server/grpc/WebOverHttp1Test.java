package io.purpledb.server.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.QuietLog;
import io.purpledb.v1.CounterGetRequest;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of gRPC-Web over HTTP/1 keep to its rules, and what is no call of it gets a status. */
@Timeout(30)
class WebOverHttp1Test {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final String PATH = "/purple.v1.CounterService/CounterGet";
  private static final String BEGIN =
      "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/grpc-web\r\n";
  private static final Buffer MESSAGE =
      RawGrpcClient.frame(CounterGetRequest.newBuilder().setKey("k").build().toByteArray());
  private static final String LENGTH = "Content-Length: " + MESSAGE.length() + "\r\n";
  private static final String END = "\r\n";

  @RegisterExtension static final TestGrpcServer SERVER = TestGrpcServer.ofPurple();

  @RegisterExtension final QuietLog log = new QuietLog();

  /** The head of an answer, its names in lower case, and the body that came until the close. */
  private record Answer(String line, Map<String, String> headers, String body) {

    int httpStatus() {
      return Integer.parseInt(line.substring(9, 12));
    }

    String header(String name) {
      return requireNonNull(headers.get(name), name);
    }

    /** Checks that the headers alone are the status of a failure, and returns its text. */
    String failure(Kind kind) throws IOException {
      return failure(kind, kind.grpcCode().number());
    }

    String failure(Kind kind, int grpcStatus) throws IOException {
      assertThat(headers).as(line).containsEntry("grpc-status", Integer.toString(grpcStatus));
      assertThat(header("content-type")).startsWith("application/grpc-web");
      Status status =
          Status.parseFrom(Base64.getDecoder().decode(header("grpc-status-details-bin")));
      assertThat(status.getCode()).isEqualTo(grpcStatus);
      ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
      assertThat(info.getMetadataMap()).containsEntry("code", kind.code());
      String text = URLDecoder.decode(header("grpc-message").replace("+", "%2B"), UTF_8);
      assertThat(status.getMessage()).isEqualTo(text);
      assertThat(body).isEmpty();
      return text;
    }
  }

  private static final class Connection implements AutoCloseable {

    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), SERVER.port());
    private final InputStream in = new BufferedInputStream(socket.getInputStream());

    Connection() throws IOException {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
    }

    Connection send(String latin1) throws IOException {
      socket.getOutputStream().write(latin1.getBytes(ISO_8859_1));
      return this;
    }

    Connection send(Buffer bytes) throws IOException {
      socket.getOutputStream().write(bytes.getBytes());
      return this;
    }

    /** A head alone. */
    Answer head() throws IOException {
      String line = line();
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (String header = line(); !header.isEmpty(); header = line()) {
        int colon = header.indexOf(':');
        headers.put(header.substring(0, colon), header.substring(colon + 1).strip());
      }
      return new Answer(line, headers, "");
    }

    /** An answer until the server closes the connection. */
    Answer last() throws IOException {
      Answer head = head();
      String body = new String(in.readAllBytes(), ISO_8859_1);
      return new Answer(head.line(), head.headers(), body);
    }

    /** An answer that has a length. */
    Answer next() throws IOException {
      Answer head = head();
      byte[] body = in.readNBytes(Integer.parseInt(head.header("content-length")));
      return new Answer(head.line(), head.headers(), new String(body, ISO_8859_1));
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("closed after: " + line.toString(ISO_8859_1));
        }
        line.write(c);
      }
      return line.toString(ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Its client knows no chunks: the close alone says where the answer ends (RFC 9112, 6.3). */
  @ParameterizedTest
  @ValueSource(strings = {"Connection: keep-alive\r\n", "Connection: close\r\n", ""})
  void anAnswerOfHttp10EndsWithItsConnection(String connection) throws Exception {
    try (Connection client = new Connection()) {
      Answer answer =
          client
              .send(BEGIN.replace("HTTP/1.1", "HTTP/1.0") + connection + LENGTH + END)
              .send(MESSAGE)
              .last();

      assertThat(answer.line()).isEqualTo("HTTP/1.0 200 OK");
      assertThat(answer.headers())
          .containsEntry("connection", "close")
          .doesNotContainKeys("content-length", "transfer-encoding");
      assertThat(answer.body()).endsWith("grpc-status:0\r\n");
    }
  }

  @Test
  void whoAsksFirstIsToldToGoOn() throws Exception {
    try (Connection client = new Connection()) {
      client.send(BEGIN + LENGTH + "Connection: close\r\nExpect: 100-Continue\r\n\r\n");
      assertThat(client.head().line()).isEqualTo("HTTP/1.1 100 Continue");

      Answer answer = client.send(MESSAGE).last();
      assertThat(answer.line()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(answer.body()).contains("grpc-status:0\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grpc-encoding: br        | UNSUPPORTED_MEDIA_TYPE | grpc-encoding: br (expected: identity",
        "grpc-timeout: x          | INVALID                | grpc-timeout: x (expected: 1 to 8 digits",
        "content-encoding: gzip   | UNSUPPORTED_MEDIA_TYPE | Content-Encoding: gzip (expected: identity)",
      })
  void whoAsksFirstIsToldWhatIsWrong(String header, Kind kind, String text) throws Exception {
    try (Connection client = new Connection()) {
      client.send(BEGIN + LENGTH + header + "\r\nExpect: 100-continue\r\n\r\n");
      Answer answer = client.next();

      assertThat(answer.httpStatus()).isEqualTo(200);
      assertThat(answer.failure(kind)).startsWith(text);
    }
  }

  @Test
  void whoAsksForTooMuchIsNotToldToGoOn() throws Exception {
    try (Connection client = new Connection()) {
      client.send(BEGIN + "Content-Length: 2000005\r\nExpect: 100-continue\r\n\r\n");

      assertThat(client.next().failure(Kind.TOO_LARGE))
          .isEqualTo("message: 2000000 bytes (expected: at most 1064960 bytes)");
    }
  }

  /** It may take its next call for the body that it did not send. */
  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void aRefusedCallThatDoesNotEndIsTheLast() throws Exception {
    try (Connection client = new Connection()) {
      client.send(BEGIN.replace(PATH, "/a/b") + LENGTH + "Expect: 100-continue\r\n\r\n");

      assertThat(client.last().failure(Kind.NO_SUCH_METHOD)).startsWith("method: a/b");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "100-continue, x"})
  void anotherExpectationFails(String expectation) throws Exception {
    try (Connection client = new Connection()) {
      client.send(BEGIN + LENGTH + "Expect: " + expectation + "\r\n\r\n").send(MESSAGE);
      Answer answer = client.next();

      assertThat(answer.httpStatus()).isEqualTo(417);
      assertThat(answer.failure(Kind.EXPECTATION_FAILED))
          .isEqualTo("Expect: " + expectation + " (expected: 100-continue)");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Type: application/grpc-web<>                                  | INVALID | Host: missing",
        "Host: a<>no colon<>                                                   | INVALID | request: ",
        "Host: a<>na me: x<>                                                   | INVALID | request: ",
        "Host: a<>Transfer-Encoding: gzip<>  | INVALID | request: ",
        "Host: a<>Content-Length: x<>                                          | INVALID | request: ",
        "Host: a<>Content-Type: application/grpc-web<>Transfer-Encoding: gzip, chunked<>| NOT_IMPLEMENTED | Transfer-Encoding: gzip, chunked (expected: chunked)",
      })
  void whatIsNoRequestGetsAStatus(String headers, Kind kind, String text) throws Exception {
    try (Connection client = new Connection()) {
      client.send("POST " + PATH + " HTTP/1.1\r\n" + headers.replace("<>", "\r\n") + END);
      Answer answer = client.last();

      assertThat(answer.httpStatus()).isEqualTo(kind.httpStatus());
      assertThat(answer.headers())
          .containsEntry("connection", "close")
          .containsEntry("content-length", "0");
      assertThat(answer.failure(kind)).startsWith(text);
    }
  }

  @Test
  void largeHeadersGetAStatusThatCanBeRead() throws Exception {
    try (Connection client = new Connection()) {
      long start = System.nanoTime();
      client.send(BEGIN + "x: " + "x".repeat(2 << 20) + "\r\n\r\n");
      Answer answer = client.last();

      assertThat(answer.httpStatus()).isEqualTo(431);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(answer.failure(Kind.HEADERS_TOO_LARGE)).startsWith("headers: ");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("a client that is still sending must not lose the answer")
          .isGreaterThan(Duration.ofMillis(900));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\r\nhello\r\n0\r\n\r\n", "-1\r\n", "5\r\nhelloworld\r\n0\r\n\r\n"})
  void aMalformedChunkEndsTheCall(String chunks) throws Exception {
    try (Connection client = new Connection()) {
      client.send(BEGIN + "Transfer-Encoding: chunked\r\n\r\n" + "5\r\n\0\0\0\0\t\r\n" + chunks);
      Answer answer = client.last();

      assertThat(answer.httpStatus()).isEqualTo(200);
      assertThat(answer.headers()).containsEntry("connection", "close");
      assertThat(answer.failure(Kind.INVALID))
          .startsWith("body: ")
          .endsWith(" (expected: well-formed HTTP)");
    }
  }

  @Test
  void aMalformedChunkCostsNoAnswerThatWasThere() throws Exception {
    try (Connection client = new Connection()) {
      String large = "5\r\n\0\u007f\0\0\0\r\n";
      client.send(BEGIN + "Transfer-Encoding: chunked\r\n\r\n" + large + "x\r\n");

      assertThat(client.last().failure(Kind.TOO_LARGE)).startsWith("message: 2130706432 bytes");
    }
  }

  /** It was refused before its body was read, which then proves to be none. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET " + PATH + "      | Content-Type: application/grpc-web                       | 405",
        "POST " + PATH + "     | Content-Type: application/json                           | 415",
        "POST " + PATH + "     | Content-Type: application/grpc                           | 415",
        "POST /a/b             | Content-Type: application/grpc-web                       | 200",
        "POST *                | Content-Type: application/grpc-web                       | 200",
        "POST " + PATH + "     | Content-Type: application/grpc-web\\r\\nExpect: foo        | 417",
        "POST " + PATH + "     | Content-Type: application/grpc-web\\r\\ngrpc-timeout: x    | 200",
        "POST " + PATH + "     | Content-Type: application/grpc-web\\r\\nContent-Encoding: a | 200",
      })
  @Execution(ExecutionMode.CONCURRENT)
  void aMalformedChunkAfterARefusalIsNotAnswered(String request, String headers, int status)
      throws Exception {
    String begin =
        request + " HTTP/1.1\r\nHost: localhost\r\n" + headers.translateEscapes() + "\r\n";
    for (String chunks : List.of("zz\r\n", "1\r\nx\r\n-1\r\n")) {
      try (Connection client = new Connection()) {
        client.send(begin + "Transfer-Encoding: chunked\r\n\r\n" + chunks + begin + END);
        Answer answer = client.last();
        assertThat(answer.httpStatus()).isEqualTo(status);
        assertThat(answer.body()).doesNotContain("HTTP/1.1 4", "HTTP/1.1 2");
      }
    }
  }

  @Test
  void base64IsToldApartFromAMessage() throws Exception {
    try (Connection client = new Connection()) {
      String text = Base64.getEncoder().encodeToString(MESSAGE.getBytes());
      client.send(BEGIN + "Content-Length: " + text.length() + "\r\n\r\n" + text);

      assertThat(client.next().failure(Kind.INVALID))
          .isEqualTo(
              "message: flag 65 (expected: 0, or 1 when it is compressed; base64 is not served)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "identity, gzip"})
  void anEncodedBodyIsRefused(String encoding) throws Exception {
    try (Connection client = new Connection()) {
      Buffer body = Buffer.buffer(RawGrpcClient.gzip(MESSAGE.getBytes()));
      client
          .send(BEGIN + "Content-Encoding: " + encoding)
          .send("\r\nContent-Length: " + body.length() + "\r\n\r\n")
          .send(body);
      Answer answer = client.next();

      assertThat(answer.failure(Kind.UNSUPPORTED_MEDIA_TYPE))
          .isEqualTo("Content-Encoding: " + encoding + " (expected: identity)");
      assertThat(answer.headers()).containsEntry("accept-encoding", "identity");
    }
  }

  /** As the gRPC specification has it: what is not ASCII, and the percent sign. */
  @Test
  void aTextIsEncodedByPercent() throws Exception {
    try (Connection client = new Connection()) {
      String host = "a".repeat(64);
      client.send(BEGIN.replace("localhost", host + "b.example") + LENGTH + END).send(MESSAGE);
      Answer answer = client.next();

      assertThat(answer.header("grpc-message")).startsWith("Host: " + host + "%E2%80%A6 (");
      assertThat(answer.failure(Kind.MISDIRECTED)).startsWith("Host: " + host + "… (expected: ");
    }
  }
}
