package io.purpledb.server.wire.http2;

import io.netty.buffer.ByteBuf;

/** Follows the frames of HTTP/2 that a connection sends, by their heads. */
public final class SentFrames {

  private static final int HEAD_BYTES = 9;
  private static final int LENGTH_BYTES = 3;
  private static final int DATA = 0;

  private int headRead;
  private int payloadLeft;
  private int type;

  /** How many of the bytes that are sent next are content, as opposed to headers and control. */
  public long dataBytes(ByteBuf bytes) {
    long data = 0;
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      if (headRead < HEAD_BYTES) {
        head(bytes.getUnsignedByte(at++));
      } else {
        int payload = Math.min(payloadLeft, bytes.writerIndex() - at);
        payloadLeft -= payload;
        at += payload;
        data += type == DATA ? payload : 0;
      }
      if (headRead == HEAD_BYTES && payloadLeft == 0) {
        headRead = 0;
      }
    }
    return data;
  }

  private void head(int value) {
    if (headRead < LENGTH_BYTES) {
      payloadLeft = headRead == 0 ? value : payloadLeft << Byte.SIZE | value;
    } else if (headRead == LENGTH_BYTES) {
      type = value;
    }
    headRead++;
  }
}
