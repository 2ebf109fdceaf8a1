package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The digests that a client sends with a body, so that a body which was damaged on its way is not
 * stored: Content-Digest and Repr-Digest (RFC 9530; the same here, as nothing is encoded), Digest
 * (RFC 3230) and Content-MD5 (RFC 1864). Algorithms other than these are overlooked, as RFC 9530
 * says.
 */
final class BodyDigests {

  private static final CharSequence CONTENT_MD5 = HttpHeaders.createOptimized("content-md5");

  /** Headers with a list of algorithms and digests. */
  private static final List<CharSequence> LISTS =
      List.of(
          HttpHeaders.createOptimized("content-digest"),
          HttpHeaders.createOptimized("repr-digest"),
          HttpHeaders.createOptimized("digest"));

  private static final List<CharSequence> NAMES =
      Stream.concat(Stream.of(CONTENT_MD5), LISTS.stream()).toList();

  private static final Map<String, String> ALGORITHMS =
      Map.of("md5", "MD5", "sha", "SHA-1", "sha-256", "SHA-256", "sha-512", "SHA-512");

  /** What all algorithms take a millisecond or two for; others on the event loop wait for that. */
  static final int MAX_BYTES_ON_LOOP = 256 << 10;

  private BodyDigests() {}

  /**
   * Fails as invalid when a body is not the one that a digest was made of: at once, or later when
   * it is large. Large ones of one event loop are looked at one after the other, beside it.
   */
  static Future<Void> check(Vertx vertx, MultiMap headers, ByteString body) {
    if (!areGiven(headers)) {
      return Future.succeededFuture();
    }
    MultiMap digests = copy(headers);
    if (body.size() > MAX_BYTES_ON_LOOP) {
      return vertx.executeBlocking(
          () -> {
            require(digests, body);
            return null;
          });
    }
    try {
      require(digests, body);
      return Future.succeededFuture();
    } catch (Throwable other) { // the request has room to give back, whatever it is
      return Future.failedFuture(other);
    }
  }

  private static boolean areGiven(MultiMap headers) {
    for (CharSequence name : NAMES) {
      if (headers.contains(name)) {
        return true;
      }
    }
    return false;
  }

  /** What another thread may look at while the request goes on. */
  private static MultiMap copy(MultiMap headers) {
    MultiMap copy = MultiMap.caseInsensitiveMultiMap();
    NAMES.forEach(name -> copy.add(name.toString(), headers.getAll(name)));
    return copy;
  }

  /**
   * The same at once, whatever its size. Each algorithm runs once however often a client names it.
   */
  static void require(MultiMap headers, ByteString body) {
    Map<String, String> made = new HashMap<>(0);
    if (headers.contains(CONTENT_MD5)) {
      require(CONTENT_MD5, "md5", headers.get(CONTENT_MD5), body, made);
    }
    for (CharSequence name : LISTS) {
      if (headers.contains(name)) {
        for (String member : String.join(",", headers.getAll(name)).split(",", -1)) {
          int equals = member.indexOf('=');
          if (equals > 0) {
            String algorithm = member.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            require(name, algorithm, member.substring(equals + 1), body, made);
          }
        }
      }
    }
  }

  private static void require(
      CharSequence header,
      String algorithm,
      String digest,
      ByteString body,
      Map<String, String> made) {
    String known = ALGORITHMS.get(algorithm);
    if (known == null) {
      return;
    }
    String given = digest.strip();
    if (given.length() > 1 && given.startsWith(":") && given.endsWith(":")) { // of RFC 9530
      given = given.substring(1, given.length() - 1);
    }
    String right =
        made.computeIfAbsent(known, name -> Base64.getEncoder().encodeToString(digest(name, body)));
    if (!MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8))) {
      throw Failure.invalid(
          "%s: %s=%s (expected: that of the body, %s)"
              .formatted(header, algorithm, Shown.cut(given), right));
    }
  }

  private static byte[] digest(String algorithm, ByteString body) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      body.asReadOnlyByteBufferList().forEach(digest::update);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JVM has it", e);
    }
  }
}
