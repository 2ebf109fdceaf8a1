package io.purpledb.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** The bytes of a body as they come. */
final class BodyBytes {

  private static final int LEAST_BYTES = 1 << 10;

  /** Room grows by this while an announced body comes: who sends little has little. */
  private static final int FACTOR = 4;

  private final long announced;
  private byte[] bytes = new byte[0];
  private int length;

  /**
   * @param announced how many will come, 0 when it is not known; bounded before
   */
  BodyBytes(long announced) {
    this.announced = announced;
  }

  int length() {
    return length;
  }

  /** The bytes that must be held before so many more are added. */
  long needed(int more) {
    long sum = (long) length + more;
    if (announced == 0 || sum <= bytes.length) {
      return Math.max(sum, bytes.length);
    }
    return Math.max(sum, Math.min(announced, Math.max(LEAST_BYTES, (long) FACTOR * sum)));
  }

  void add(Buffer chunk) {
    int sum = length + chunk.length();
    if (sum > bytes.length) {
      long room =
          announced > 0
              ? needed(chunk.length())
              : Math.max(sum, Math.max(LEAST_BYTES, 2L * bytes.length));
      bytes = Arrays.copyOf(bytes, (int) room);
    }
    chunk.getBytes(bytes, length);
    length = sum;
  }

  /** All that came; from now on nothing is kept here. */
  byte[] take() {
    byte[] all = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    drop();
    return all;
  }

  /** Keeps nothing any more. */
  void drop() {
    bytes = new byte[0];
    length = 0;
  }
}
