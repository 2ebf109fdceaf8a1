package io.purpledb.server.wire.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.RoomShare;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the header blocks of HTTP/2 before Netty, which ends the connection with all calls for one
 * that is too large. A block of several frames is kept here until it is whole. Of one that is too
 * large nothing is kept, and a {@link Listener} answers it. As its fields were not read, no later
 * block can be, since it may refer to them (RFC 7541); all other frames go on, so that the calls
 * that have begun can end.
 */
public final class HeaderBlocks extends ChannelInboundHandlerAdapter {

  /** How large a block may be whatever the bound on headers, in bytes as they are sent. */
  private static final long LEAST_BYTES = 1 << 20;

  /** How many times the bound on headers a block may have that is not large. */
  private static final int USUAL = 4;

  /** The room for what is kept beyond that, of all connections, in bytes. */
  private static final long LARGE_ROOM_BYTES = 16 << 20;

  /** How much each connection may keep without asking for room. */
  private static final long FREE_BYTES = 4 << 10;

  /** The buffer in which it is kept doubles. */
  private static final long COPIES = 2;

  private static final long STEP_BYTES = 32 << 10;

  /** Netty ends the connection for a larger frame. */
  private static final int MAX_FRAME_BYTES = 16 << 10;

  /** Netty bounds the number of smaller fragments, when it sees them. */
  private static final int SMALL_BYTES = 8 << 10;

  private static final int MOST_SMALL = 16;

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int HEAD_BYTES = 9;
  private static final int STREAM_AT = 5;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private static final AtomicLong LARGE_USED = new AtomicLong();

  private static final AttributeKey<Listener> KEY =
      AttributeKey.valueOf(HeaderBlocks.class, "listener");

  private final long usualBytes;
  private final long maxBytes;

  private int prefaceRead;
  private final byte[] head = new byte[HEAD_BYTES];
  private int headRead;
  private int payloadLeft;
  private Then then = Then.PASS;

  private @Nullable ByteBuf kept;
  private boolean tooLarge;
  private int stream;
  private boolean endsStream;
  private long blockBytes;
  private int smallFrames;
  private long largeRoom;
  private final RoomShare room = new RoomShare(Room.OF_REQUESTS, COPIES * FREE_BYTES, STEP_BYTES);

  /** Whether a block was not read, so that no other can be. */
  private boolean lost;

  private final OwnDependency dependency = new OwnDependency();
  private final EmptyData emptyData = new EmptyData();
  private boolean surplus;

  /** What is done with a frame. */
  private enum Then {
    PASS,
    KEEP,
    DROP,
    /** As if it had not been sent. */
    SKIP
  }

  /** Is told on the connection's event loop. */
  public interface Listener {

    /**
     * A whole block has come that is too large; what came before has been read.
     *
     * @param bytes of the block
     * @param endsStream whether nothing more is to come of the request
     */
    void tooLarge(int stream, long bytes, boolean endsStream);

    /** After that another block has come, which cannot be read. */
    void unreadable(int stream);
  }

  public HeaderBlocks(int maxHeaderBytes) {
    this.usualBytes = (long) USUAL * maxHeaderBytes;
    this.maxBytes = maxBytes(maxHeaderBytes);
  }

  /**
   * The largest block that is read, in bytes as they are sent.
   *
   * @param maxHeaderBytes the largest headers that are served
   */
  public static long maxBytes(int maxHeaderBytes) {
    return Math.max(LEAST_BYTES, (long) USUAL * maxHeaderBytes);
  }

  /** Prepares a connection of which Vert.x has just told. */
  public static void listen(HttpConnection connection, Listener listener) {
    ((ConnectionBase) connection).channel().attr(KEY).set(listener);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      int passes = in.readerIndex(); // what is between this and the reader's index goes on
      while (in.isReadable()) {
        int at = in.readerIndex();
        if (prefaceRead < PREFACE.length) {
          if (in.readByte() != PREFACE[prefaceRead++]) {
            context.pipeline().remove(this); // this is not HTTP/2
            pass(context, in, passes, in.writerIndex());
            return;
          }
        } else if (headRead < HEAD_BYTES) {
          boolean split = headRead > 0;
          if (readHead(in) && !split && isPlain()) {
            then = Then.PASS;
          } else {
            pass(context, in, passes, at);
            passes = in.readerIndex();
            begin(context);
          }
        } else {
          int now = Math.min(payloadLeft, in.readableBytes());
          dependency.look(in, at, now, streamOfFrame());
          in.skipBytes(now);
          payloadLeft -= now;
          if (then != Then.PASS) {
            take(in.slice(at, now));
            passes = in.readerIndex();
          }
        }
        if (headRead == HEAD_BYTES && payloadLeft == 0) {
          headRead = 0;
          end(context);
        }
      }
      pass(context, in, passes, in.readerIndex());
    } finally {
      in.release();
    }
  }

  private static void pass(ChannelHandlerContext context, ByteBuf in, int from, int to) {
    if (to > from) {
      context.fireChannelRead(in.retainedSlice(from, to - from));
    }
  }

  /** Answers whether the head is whole. */
  private boolean readHead(ByteBuf in) {
    int now = Math.min(HEAD_BYTES - headRead, in.readableBytes());
    in.readBytes(head, headRead, now);
    headRead += now;
    if (headRead < HEAD_BYTES) {
      return false;
    }
    payloadLeft = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
    dependency.begin(type(), head[4]);
    surplus = emptyData.isSurplus(type(), head[4], payloadLeft);
    return true;
  }

  private int type() {
    return head[3];
  }

  private boolean endsBlock() {
    return (head[4] & END_HEADERS) != 0;
  }

  private int streamOfFrame() {
    return Unpooled.wrappedBuffer(head).getInt(STREAM_AT) & Integer.MAX_VALUE;
  }

  /** Whether a frame is no part of a block of several, as nearly all are. */
  private boolean isPlain() {
    return !lost && !surplus && !tooLarge && kept == null && (type() != HEADERS || endsBlock());
  }

  /** A head that is whole, and does not simply go on; or that is not whole yet. */
  private void begin(ChannelHandlerContext context) {
    if (headRead < HEAD_BYTES) {
      return;
    }
    then = decide(context);
    if (then == Then.PASS) {
      context.fireChannelRead(Unpooled.copiedBuffer(head));
    } else {
      take(Unpooled.wrappedBuffer(head));
    }
  }

  private Then decide(ChannelHandlerContext context) {
    if (surplus && !tooLarge && kept == null) {
      return Then.SKIP;
    }
    boolean begins = type() == HEADERS;
    if (lost) {
      stream = begins ? streamOfFrame() : stream;
      return begins || type() == CONTINUATION ? Then.DROP : Then.PASS;
    }
    boolean goesOn = type() == CONTINUATION && streamOfFrame() == stream;
    if (tooLarge && goesOn) {
      blockBytes += payloadLeft;
      return Then.DROP;
    }
    if (tooLarge) { // nothing may come between (RFC 9113, 4.3), and what was dropped is missing
      var unused = context.close();
      return Then.DROP;
    }
    if (kept == null && begins && !endsBlock() && payloadLeft <= MAX_FRAME_BYTES) {
      stream = streamOfFrame();
      endsStream = (head[4] & END_STREAM) != 0;
      blockBytes = payloadLeft;
      smallFrames = 0;
      if (hasRoom(context)) {
        kept = context.alloc().buffer(HEAD_BYTES + payloadLeft);
        return Then.KEEP;
      }
      tooLarge = true;
      return Then.DROP;
    }
    if (kept != null && goesOn && payloadLeft <= MAX_FRAME_BYTES && !isFlood()) {
      blockBytes += payloadLeft;
      if (hasRoom(context)) {
        return Then.KEEP;
      }
      drop();
      tooLarge = true;
      return Then.DROP;
    }
    passKept(context); // what is wrong with it, Netty says
    return Then.PASS;
  }

  private boolean isFlood() {
    return payloadLeft < SMALL_BYTES && !endsBlock() && ++smallFrames > MOST_SMALL;
  }

  private boolean hasLargeRoom() {
    if (blockBytes > usualBytes && largeRoom == 0) {
      long more = maxBytes - usualBytes;
      if (LARGE_USED.addAndGet(more) > LARGE_ROOM_BYTES) {
        LARGE_USED.addAndGet(-more);
        return false;
      }
      largeRoom = more;
    }
    return true;
  }

  private boolean hasRoom(ChannelHandlerContext context) {
    if (blockBytes > maxBytes || !hasLargeRoom() || !room.cover(COPIES * blockBytes)) {
      return false;
    }
    UnfinishedFrame frames = context.pipeline().get(UnfinishedFrame.class);
    if (blockBytes > FREE_BYTES && frames != null) {
      frames.mayGiveWay(context);
    }
    return true;
  }

  private void take(ByteBuf bytes) {
    if (then == Then.KEEP && kept != null) {
      kept.writeBytes(bytes);
    }
  }

  /** The end of a frame. */
  private void end(ChannelHandlerContext context) {
    if (then == Then.PASS || then == Then.SKIP || !endsBlock()) {
      return;
    }
    Listener listener = context.channel().attr(KEY).get();
    if (then == Then.KEEP) {
      passKept(context);
    } else if (listener == null) {
      var unused = context.close();
    } else if (lost) {
      listener.unreadable(stream);
    } else {
      lost = true;
      tooLarge = false;
      listener.tooLarge(stream, blockBytes, endsStream);
    }
  }

  private void passKept(ChannelHandlerContext context) {
    ByteBuf block = kept;
    kept = null;
    if (block != null) {
      context.fireChannelRead(block);
    }
    drop();
  }

  private void drop() {
    if (kept != null) {
      kept.release();
      kept = null;
    }
    room.cover(0);
    LARGE_USED.addAndGet(-largeRoom);
    largeRoom = 0;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    drop();
  }
}
