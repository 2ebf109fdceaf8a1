package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.message.Operation;
import io.purpledb.server.http.contract.OperationCheck;
import io.vertx.core.buffer.Buffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A header that changes what a request means is not overlooked: nothing is done. */
class ConditionsTest {

  @RegisterExtension static TestHttpServer server = TestHttpServer.start();

  @BeforeAll
  static void start() {
    server.put("/kv/a", "whole", "content-type", "text/plain");
    server.put("/cache/a?ttl=3600", "whole");
    server.call("PUT", "/flags/a?value=true", null);
    server.call("PUT", "/counters/a?increment=1", null);
    server.call("PUT", "/sets/a?item=whole", null);
  }

  static Stream<OperationCheck> writes() {
    return server.contract().operations().stream()
        .filter(operation -> !operation.method().name().equals("GET"));
  }

  static Stream<OperationCheck> reads() {
    return server.contract().operations().stream()
        .filter(operation -> operation.method().name().equals("GET"));
  }

  private static Reply send(OperationCheck operation, String name, String value) {
    String path = operation.path().template().path().replaceAll("[{][a-z]+[}]", "a");
    String query =
        switch (operation.id()) {
          case "counterIncrement" -> "?increment=1";
          case "flagSet" -> "?value=false";
          case "setAdd" -> "?item=part";
          case "setRemove" -> "?item=whole";
          default -> "";
        };
    Buffer body = operation.body().taken() ? Buffer.buffer("part") : null;
    return server.call(
        operation.method().name(), path + query, body, name, value, "content-type", "text/plain");
  }

  @ParameterizedTest
  @MethodSource("writes")
  void noWriteOverlooksOne(OperationCheck operation) {
    assertThat(send(operation, "content-range", "bytes 3-4/5").problem(Kind.INVALID))
        .isEqualTo(
            "Content-Range: bytes 3-4/5 (expected: none, because a write is of the whole value)");
    for (String name :
        new String[] {
          "if-match",
          "if-none-match",
          "if-unmodified-since",
          "if",
          "idempotency-key",
          "x-http-method-override",
          "x-http-method",
          "x-method-override"
        }) {
      assertThat(send(operation, name, "*").problem(Kind.NOT_IMPLEMENTED))
          .isEqualTo(name + ": * (expected: none, because this server does not heed it)");
    }
    assertThat(server.get("/kv/a", "accept", "application/octet-stream").text()).isEqualTo("whole");
    assertThat(server.get("/cache/a", "accept", "text/plain").text()).isEqualTo("whole");
    assertThat(server.get("/flags/a").json().getBoolean("value")).isTrue();
    assertThat(server.get("/counters/a").json().getLong("value")).isEqualTo(1);
    assertThat(server.get("/sets/a").json().getJsonArray("items")).containsExactly("whole");
  }

  @ParameterizedTest
  @MethodSource("reads")
  void aReadOverlooksOnlyWhatIsAHint(OperationCheck operation) {
    send(operation, "if-match", "\"a\"").problem(Kind.NOT_IMPLEMENTED);
    send(operation, "if-none-match", "*").problem(Kind.NOT_IMPLEMENTED);
    send(operation, "x-http-method-override", "DELETE").problem(Kind.NOT_IMPLEMENTED);
  }

  @ParameterizedTest
  @CsvSource({
    "range, bytes=1-2",
    "if-none-match, a",
    "if-modified-since, 'Sun, 06 Nov 1994 08:49:37 GMT'",
    "if-range, a"
  })
  void aHintIsOverlooked(String name, String value) {
    Reply reply = server.get("/kv/a", "accept", "application/octet-stream", name, value);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("whole");
  }

  @Test
  void thereAreWrites() {
    assertThat(writes().map(OperationCheck::id))
        .containsExactlyInAnyOrderElementsOf(
            Operation.ALL.stream().filter(o -> !o.isRead()).map(Operation::id).toList());
  }
}
