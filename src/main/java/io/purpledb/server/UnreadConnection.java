package io.purpledb.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import io.purpledb.message.Failure;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;

/**
 * The answers that one connection has not read. Large ones are counted until their last byte is
 * handed to the socket; of the rest, which fill the channel's own buffer, the channel knows. Used
 * on the connection's event loop only.
 */
public final class UnreadConnection {

  private static final Logger LOG = System.getLogger(UnreadConnection.class.getName());

  private static final AttributeKey<UnreadConnection> KEY =
      AttributeKey.valueOf(UnreadConnection.class, "answers");

  private final HttpConnection connection;
  private final Channel channel;
  private final AnswerRoom room;
  private final long maxBytes;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private long countedBytes;
  private long writtenBytes;
  private long seenProgress;
  private int looksWithout;
  private boolean draining;
  private boolean closed;

  UnreadConnection(HttpConnection connection, AnswerRoom room, long maxBytes) {
    this.connection = connection;
    this.channel = ((ConnectionBase) connection).channel();
    this.room = room;
    this.maxBytes = maxBytes;
    channel.pipeline().addFirst(new Progress());
    channel.attr(KEY).set(this);
  }

  /** What a connection leaves unread, after {@link UnreadAnswers#add}. */
  public static UnreadConnection of(HttpConnection connection) {
    return ((ConnectionBase) connection).channel().attr(KEY).get();
  }

  /** Whether the next request has to be held. */
  public boolean isFull() {
    return mustRead() || !held.isEmpty();
  }

  /** Runs what serves a request when this connection has read enough of its answers. */
  public void hold(Runnable request) {
    held.add(request); // bounded by the streams of a connection; HTTP/1.1 has one
    drain();
  }

  /**
   * Takes room for an answer that is about to be written.
   *
   * @return whether there was room; {@link #answered} gives it back
   */
  public boolean take(int bytes) {
    if (closed || !room.take(bytes)) {
      return false;
    }
    countedBytes += bytes;
    return true;
  }

  /** An answer has left for the socket, or never will. */
  public void answered(int bytes) {
    if (closed) {
      return;
    }
    countedBytes -= bytes;
    room.giveBack(bytes);
    serveHeld();
  }

  /** Whether an answer has to {@link #take} room. */
  public static boolean counts(int bytes) {
    return bytes >= UnreadAnswers.COUNTED_BYTES;
  }

  /** The failure of a request whose answer found no room. */
  public Failure noRoom(int bytes) {
    return Failure.unavailable(
        "answer: %d bytes, while %d bytes wait for clients to read them (expected: at most %d in all);"
                .formatted(bytes, room.usedBytes(), room.maxBytes())
            + " try again later");
  }

  private boolean mustRead() {
    return countedBytes >= maxBytes || bufferedBytes() >= maxBytes;
  }

  private long bufferedBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** Looks again when the channel's buffer is empty: an empty write is done after all others. */
  private void drain() {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (draining || first == null) {
      return;
    }
    draining = true;
    var unused =
        first
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(
                done -> {
                  draining = false;
                  serveHeld();
                });
  }

  private void serveHeld() {
    while (!held.isEmpty() && !mustRead() && !closed) {
      held.remove().run();
    }
    if (!held.isEmpty() && bufferedBytes() >= maxBytes) {
      drain();
    }
  }

  /** Closes the connection when it has answers to read and has read none for long. */
  void look(int patience) {
    long buffered = bufferedBytes();
    long progress = writtenBytes - firstBufferedBytes();
    if (progress != seenProgress || (countedBytes == 0 && buffered == 0)) {
      seenProgress = progress;
      looksWithout = 0;
    } else if (++looksWithout >= patience) {
      LOG.log(
          Level.WARNING,
          "{0} does not read: closed with {1} bytes of answers",
          connection.remoteAddress(),
          Math.max(countedBytes, buffered));
      var unused = channel.close(); // Vert.x would first send what nobody reads
    }
  }

  /** What is left of the write that the socket takes now. */
  private long firstBufferedBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    long pending = buffer == null ? 0 : buffer.totalPendingWriteBytes();
    return buffer != null && buffer.current() instanceof ByteBuf first
        ? pending + first.readableBytes()
        : pending;
  }

  void closed() {
    closed = true;
    held.clear();
    room.giveBack(countedBytes);
    countedBytes = 0;
  }

  /** Counts what passes to the socket's buffer: over HTTP/2 only what the client has asked for. */
  private final class Progress extends ChannelOutboundHandlerAdapter {

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (message instanceof ByteBuf bytes) {
        writtenBytes += bytes.readableBytes();
      }
      var unused = context.write(message, promise);
    }
  }
}
