package io.purpledb.server.wire.http2;

/**
 * The frames of HTTP/2 that have no data, one after the other. They are allowed, and mean nothing,
 * but Netty ends the connection with all calls at the third. So it sees the first of them alone;
 * and, when they are a flood, those beyond that.
 */
final class EmptyData {

  /** Each costs less than a ping. */
  private static final int MOST = 100_000;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int END_STREAM = 1;

  private int inARow;

  /**
   * A frame begins.
   *
   * @return whether Netty is not to see it; it is its head alone then
   */
  boolean isSurplus(int type, int flags, int bytes) {
    if (type == DATA && bytes == 0 && (flags & END_STREAM) == 0) {
      inARow++;
      return inARow > 1 && inARow <= MOST;
    }
    if (type == DATA || type == HEADERS) {
      inARow = 0;
    }
    return false;
  }
}
