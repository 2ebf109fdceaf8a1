package io.purpledb.server.http.answer;

import io.purpledb.server.http.parameter.Accept;
import io.purpledb.server.wire.unread.Parts;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers in gzip, for clients that ask for it (RFC 9110, section 12.5.3), when that makes them
 * smaller. Of a value that is compressed already it does not, and such a value is not tried.
 */
final class Compression {

  /** Smaller answers fit into a packet or two as they are. */
  static final int MIN_BYTES = 1024;

  /** What takes a millisecond or two; larger ones are compressed beside the event loop. */
  static final int MAX_BYTES_ON_LOOP = 64 << 10;

  /** Magic bytes: gzip, zip, zstd, png, jpeg, gif, webp, xz, bzip2, 7z, lz4, mp3, ogg, woff2. */
  private static final String[] COMPRESSED = {
    "\u001f\u008b",
    "PK\u0003\u0004",
    "(\u00b5/\u00fd",
    "\u0089PNG",
    "\u00ff\u00d8\u00ff",
    "GIF8",
    "RIFF",
    "\u00fd7zXZ",
    "BZh",
    "7z\u00bc\u00af",
    "\u0004\"M\u0018",
    "ID3",
    "OggS",
    "wOF2"
  };

  /** So many large answers at once; more are sent as they are, and cost no memory beside theirs. */
  static final Semaphore BESIDE_THE_LOOP =
      new Semaphore(Runtime.getRuntime().availableProcessors());

  private static final String GZIP = "gzip";

  private Compression() {}

  /** Whether an answer of a size may be compressed for a client. */
  static boolean isAsked(HttpServerRequest request, int bytes) {
    if (bytes < MIN_BYTES) {
      return false;
    }
    if (request.getHeader(HttpHeaders.ACCEPT_ENCODING) == null) {
      return false;
    }
    String accepted = String.join(",", request.headers().getAll(HttpHeaders.ACCEPT_ENCODING));
    return accepts(accepted.toLowerCase(Locale.ROOT));
  }

  /** Whether gzip is welcome, and not less than the answer as it is. */
  private static boolean accepts(String accepted) {
    Map<String, Double> weights = new HashMap<>();
    for (String coding : accepted.split(",", -1)) {
      int semicolon = coding.indexOf(';');
      String name = (semicolon < 0 ? coding : coding.substring(0, semicolon)).strip();
      double weight = semicolon < 0 ? 1 : Accept.weight(coding.substring(semicolon + 1));
      weights.merge(name.equals("x-gzip") ? GZIP : name, weight, Math::min);
    }
    double gzip = weights.getOrDefault(GZIP, weights.getOrDefault("*", 0.0));
    return gzip > 0 && gzip >= weights.getOrDefault("identity", 0.0);
  }

  /** The body in gzip; null when it would not become smaller. */
  static @Nullable Buffer gzip(Buffer body) {
    if (isCompressed(body)) {
      return null;
    }
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length() / 4);
    try (GZIPOutputStream gzip = new Fast(compressed)) {
      for (int at = 0; at < body.length(); at += Parts.BYTES) {
        gzip.write(body.getBytes(at, Math.min(at + Parts.BYTES, body.length())));
        if (compressed.size() >= body.length()) {
          return null;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.size() < body.length() ? Buffer.buffer(compressed.toByteArray()) : null;
  }

  /** A text in gzip; null when that would be larger than so many bytes. */
  static @Nullable Buffer gzip(JsonText.Reader text, int most) {
    Parts compressed = new Parts();
    byte[] part = new byte[Math.min(Parts.BYTES, text.left())];
    try (GZIPOutputStream gzip = new Fast(compressed)) {
      while (text.left() > 0) {
        gzip.write(part, 0, text.next(part));
        if (compressed.bytes() > most) {
          return null;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.bytes() > most ? null : compressed.buffer();
  }

  private static boolean isCompressed(Buffer body) {
    for (String magic : COMPRESSED) {
      if (startsWith(body, magic)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(Buffer body, String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (i >= body.length() || body.getUnsignedByte(i) != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A fifth of the time of the default for nearly the same size. */
  private static final class Fast extends GZIPOutputStream {
    Fast(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
