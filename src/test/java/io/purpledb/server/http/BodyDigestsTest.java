package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.Await;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The digests of a large body are made beside the event loop, whose other requests go on. */
@Timeout(60)
class BodyDigestsTest {

  private static final int LARGE = 8 << 20;
  private static final String BARE = "application/octet-stream";
  private static final String NAMES = "md5=%s, sha=%s, sha-256=%s, sha-512=%s";

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestHttpServer.config(LARGE, 10_000));

  private static String digest(String algorithm, byte[] body) throws Exception {
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance(algorithm).digest(body));
  }

  private static String digests(byte[] body) throws Exception {
    return NAMES.formatted(
        digest("MD5", body),
        digest("SHA-1", body),
        digest("SHA-256", body),
        digest("SHA-512", body));
  }

  /** Whether it is done when the event loop has its thread back. */
  private static boolean isDoneOnTheLoop(byte[] body, String digests) throws Exception {
    Vertx vertx = server.vertx();
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("digest", digests);
    ByteString bytes = UnsafeByteOperations.unsafeWrap(body);
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    CompletableFuture<String> result = new CompletableFuture<>();
    vertx
        .getOrCreateContext()
        .runOnContext(
            x -> {
              Future<Void> check = BodyDigests.check(vertx, headers, bytes);
              done.complete(check.isComplete());
              check.onComplete(
                  same -> result.complete("same"), e -> result.completeExceptionally(e));
            });
    assertThat(Await.value(result)).isEqualTo("same");
    return Await.value(done);
  }

  @Test
  void aLargeBodyKeepsNobodyWaiting() throws Exception {
    byte[] small = new byte[BodyDigests.MAX_BYTES_ON_LOOP];
    byte[] large = new byte[BodyDigests.MAX_BYTES_ON_LOOP + 1];
    assertThat(isDoneOnTheLoop(small, digests(small))).isTrue();
    assertThat(isDoneOnTheLoop(large, digests(large))).isFalse();
    assertThat(isDoneOnTheLoop(large, "crc32c=AAAA")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"digest", "content-digest", "repr-digest"})
  void theDigestsOfALargeBodyAreHeeded(String header) throws Exception {
    byte[] body = new byte[LARGE];
    body[LARGE - 1] = 1;
    String right = digests(body);
    String path = "/kv/" + header;
    assertThat(
            server
                .call("PUT", path, Buffer.buffer(body), "content-type", BARE, header, right)
                .status())
        .isEqualTo(204);
    body[LARGE - 1] = 2;
    assertThat(
            server
                .call("PUT", path, Buffer.buffer(body), "content-type", BARE, header, right)
                .problem(Kind.INVALID))
        .startsWith(header + ": md5=");
    assertThat(server.get(path, "accept", BARE).body().getByte(LARGE - 1)).isEqualTo((byte) 1);
  }
}
