import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.client.PurpleClient;
import io.purpledb.client.PurpleClient.ApiResponse;
import io.purpledb.client.PurpleException;
import io.purpledb.client.TestAuthor;
import io.purpledb.client.TestDocument;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes and reads documents with the operations of tests, and prints what it did: Documents URL
 * [KEY_ENCODING].
 */
final class Documents {
  private static final byte[] CONTENT = {-1, 0, -2, 62, 63};

  public static void main(String[] args) {
    PurpleClient plain = new PurpleClient(args[0]);
    PurpleClient client = args.length > 1 ? plain.withKeyEncoding(args[1]) : plain;
    String key = "java-documents " + System.nanoTime() + "/ü";
    TestDocument first = document(CONTENT);

    // 201 the first time, with the headers of both.
    ApiResponse<Map<String, Object>> made = client.testWriteWithHttpInfo(key, first, null);
    expect("write, status", made.status(), 201);
    expect("write, object", made.value().get("created"), true);
    expect(
        "write, Location",
        URLDecoder.decode(header(made, "Location").replace("+", "%2B"), UTF_8),
        "/tests/" + key);
    String tag = header(made, "ETag");
    expect("write, ETag", tag.startsWith("\"v"), true);

    // All comes back as it was.
    ApiResponse<TestDocument> read = client.testReadWithHttpInfo(key, null, null);
    expect("read, status", read.status(), 200);
    expect("read, ETag", header(read, "ETag"), tag);
    same(read.value());
    same(client.testRead(key));

    // Not modified is no exception, and has no document.
    ApiResponse<TestDocument> known = client.testReadWithHttpInfo(key, null, "\"other\", " + tag);
    expect("read, not modified, status", known.status(), 304);
    expect("read, not modified, ETag", header(known, "ETag"), tag);
    expect("read, not modified, document", known.value(), null);

    // 200 when it replaces, and only what is there.
    TestDocument second =
        new TestDocument("second", null, null, null, null, null, null, null, null);
    expect("replace, status", client.testWriteWithHttpInfo(key, second, tag).status(), 200);
    refused(
        "replace, late",
        () -> client.testWriteWithHttpInfo(key, first, tag),
        "condition_failed",
        412);
    refused(
        "read, late", () -> client.testReadWithHttpInfo(key, tag, null), "condition_failed", 412);
    expect(
        "replace without a condition", client.testWrite(key, second).containsKey("version"), true);
    TestDocument untitled = new TestDocument(null, 1L, null, null, null, null, null, null, null);
    refused("write, no title", () -> client.testWrite(key, untitled), "invalid_argument", 400);
    refused(
        "read, absent",
        () -> client.testReadWithHttpInfo(key + " absent", null, null),
        "not_found",
        404);
    try {
      client.testReadWithHttpInfo(key, "\"a\"\r\nX-Other: b", null);
      throw new AssertionError("a header with a line break");
    } catch (IllegalArgumentException e) {
      System.out.println(
          "read, a header with a line break: " + e.getMessage().lines().findFirst().orElse(""));
    }

    // A stream of events is its text.
    String events =
        "id: 1\ndata: {\"number\":1,\"padding\":\"\"}\n\nid: 2\ndata: {\"number\":2,\"padding\":\"\"}\n\nevent: end\ndata: {}\n\n";
    expect("count", client.testCount(key, 2L, null, null, null), events);
    System.out.println("java documents: all operations work");
  }

  private static TestDocument document(byte[] content) {
    return new TestDocument(
        "ü",
        Long.MAX_VALUE,
        List.of("a", "b"),
        new TestAuthor("A", 30),
        Map.of("x", 1L, "y", Long.MIN_VALUE, "z", (1L << 53) + 1),
        1.1,
        true,
        content,
        List.of(new TestAuthor("B", 1), new TestAuthor("C", 0)));
  }

  /** An array in a record is compared apart. */
  private static void same(TestDocument read) {
    expect("read, content", Arrays.equals(read.content(), CONTENT), true);
    expect("read, document", read, document(read.content()));
  }

  private static String header(ApiResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }

  private static void expect(String operation, Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) {
      throw new AssertionError(operation + ": " + actual + " (expected: " + expected + ")");
    }
    System.out.println(operation + ": " + actual);
  }

  private static void refused(String operation, Runnable call, String code, int status) {
    try {
      call.run();
    } catch (PurpleException e) {
      expect(operation, e.code() + " " + e.problem().status(), code + " " + status);
      return;
    }
    throw new AssertionError(operation + ": done (expected: " + code + ")");
  }
}
