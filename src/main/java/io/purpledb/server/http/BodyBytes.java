package io.purpledb.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** The bytes of a body as they come. One whose length is announced has its room at once. */
final class BodyBytes {

  private static final int UNKNOWN_BYTES = 1024;

  private byte[] bytes;
  private int length;

  /**
   * @param announced how many will come, 0 when it is not known; counted and bounded before
   */
  BodyBytes(long announced) {
    bytes = new byte[announced > 0 ? (int) announced : UNKNOWN_BYTES];
  }

  int length() {
    return length;
  }

  void add(Buffer chunk) {
    int sum = length + chunk.length();
    if (sum > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(sum, 2 * bytes.length));
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
