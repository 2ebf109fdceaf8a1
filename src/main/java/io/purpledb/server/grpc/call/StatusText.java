package io.purpledb.server.grpc.call;

import java.nio.charset.StandardCharsets;

/**
 * The text of a status as it goes over the wire, in all answers alike: UTF-8, in which all but
 * printable ASCII is encoded by percent signs (Percent-Encoded of the gRPC specification).
 */
final class StatusText {

  static final String TRAILER = "grpc-message";

  private StatusText() {}

  static String encode(String text) {
    if (text.chars().allMatch(StatusText::isPlain)) {
      return text;
    }
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain(b)) {
        encoded.append((char) b);
      } else {
        encoded.append("%%%02X".formatted(b & 0xff));
      }
    }
    return encoded.toString();
  }

  private static boolean isPlain(int c) {
    return c >= ' ' && c <= '~' && c != '%';
  }
}
