package io.purpledb.server.grpc.message;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a message that is not whole yet, in blocks: they take about as much memory as has
 * come, and in the end one array of just that size. A buffer that doubles has up to twice of what
 * it holds, and a value of 1 MiB would keep 2 MiB for as long as it waits.
 */
public final class BegunMessage {

  private static final int LEAST_BLOCK = 1 << 10;
  private static final int LARGEST_BLOCK = 64 << 10;

  private final List<byte[]> full = new ArrayList<>();
  private byte[] last = new byte[0];
  private int inLast;
  private int length;

  public int length() {
    return length;
  }

  public void add(Buffer bytes) {
    int at = 0;
    while (at < bytes.length()) {
      if (inLast == last.length) {
        begin(bytes.length() - at);
      }
      int now = Math.min(bytes.length() - at, last.length - inLast);
      bytes.getBytes(at, at + now, last, inLast);
      inLast += now;
      at += now;
    }
    length += bytes.length();
  }

  private void begin(int atLeast) {
    if (inLast > 0) {
      full.add(last);
    }
    last = new byte[Math.max(atLeast, Math.min(LARGEST_BLOCK, Math.max(LEAST_BLOCK, length)))];
    inLast = 0;
  }

  /** All that came; from now on nothing is kept here. */
  public byte[] take() {
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] block : full) {
      System.arraycopy(block, 0, all, at, block.length);
      at += block.length;
    }
    System.arraycopy(last, 0, all, at, inLast);
    drop();
    return all;
  }

  /** Keeps nothing any more. */
  public void drop() {
    full.clear();
    last = new byte[0];
    inLast = 0;
    length = 0;
  }
}
