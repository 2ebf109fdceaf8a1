package io.purpledb.server.wire.unread;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.purpledb.message.Failure;
import io.purpledb.net.RareWarning;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.RoomShare;
import io.purpledb.server.wire.connection.IdleConnection;
import io.purpledb.server.wire.http2.SentFrames;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The answers that one connection has not read. Large ones are counted until their last byte is
 * handed to the socket; of the rest, which fill the channel's own buffer, the channel knows. Used
 * on the connection's event loop only.
 */
public final class UnreadConnection {

  private static final RareWarning SLOW =
      new RareWarning(System.getLogger(UnreadConnection.class.getName()));

  private static final AttributeKey<UnreadConnection> KEY =
      AttributeKey.valueOf(UnreadConnection.class, "answers");

  /** Who takes less while its patience lasts does not read; a byte now and then is no progress. */
  private static final int LEAST_BYTES = 16 << 10;

  /** How much the small answers over HTTP/2 may have without asking for room. */
  private static final long FREE_BYTES = 8 << 10;

  private static final long STEP_BYTES = 16 << 10;

  private final HttpConnection connection;
  private final Channel channel;
  private final Room room;
  private final Turns turns;
  private final long maxBytes;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private final @Nullable OpenAnswers answers;
  private final RoomShare small;
  private final Stall ofSocket = new Stall();
  private final Stall ofAnswers = new Stall();
  private long countedBytes;

  private long smallBytes;
  private long writtenBytes;
  private long dataBytes;
  private long reads;
  private long seenMoves = -1;
  private int idleLooks;
  private boolean draining;
  private boolean closed;

  HttpConnection connection() {
    return connection;
  }

  UnreadConnection(HttpConnection connection, Room room, Turns turns, long maxBytes) {
    this.connection = connection;
    this.channel = ((ConnectionBase) connection).channel();
    this.room = room;
    this.turns = turns;
    this.maxBytes = maxBytes;
    Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
    this.answers = http2 == null ? null : new OpenAnswers(http2);
    this.small = new RoomShare(room, FREE_BYTES, STEP_BYTES);
    channel.pipeline().addFirst(new Progress(http2 == null ? null : new SentFrames()));
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
   * Runs what makes and writes a large answer when it is its turn; never when the connection has
   * ended meanwhile.
   *
   * @param bytes about the size of the answer
   */
  public void inTurn(int bytes, Runnable answer) {
    turns.take(
        channel.eventLoop(),
        bytes,
        () -> {
          if (!closed) {
            answer.run();
          }
        });
  }

  /**
   * Runs what makes and writes the next part of an answer that has room; never when the connection
   * has ended meanwhile, which gives all room back.
   *
   * @param bytes about the size of the part
   */
  public void continueInTurn(int bytes, Runnable part) {
    turns.takeNext(
        channel.eventLoop(),
        bytes,
        () -> {
          if (!closed) {
            part.run();
          }
        });
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

  /**
   * The same for a small answer over HTTP/2, which may wait for a window as a large one. Over
   * HTTP/1.1 it is in the channel's buffer, and needs none.
   *
   * @return whether there was room; {@link #smallAnswered} gives it back
   */
  public boolean takeSmall(int bytes) {
    if (closed || !small.cover(smallBytes + bytes)) {
      return false;
    }
    smallBytes += bytes;
    return true;
  }

  /** The same for the answer to a request that has {@link #begun}; {@link #ended} gives it back. */
  public boolean takeSmall(HttpServerResponse response, int bytes) {
    if (answers == null) {
      return true;
    }
    if (!takeSmall(bytes)) {
      return false;
    }
    if (!answers.answered(response, bytes)) {
      smallAnswered(bytes); // its stream is no more
    }
    return true;
  }

  /** A small answer has left for the socket, or never will. */
  public void smallAnswered(int bytes) {
    if (closed) {
      return;
    }
    smallBytes -= bytes;
    small.cover(smallBytes);
    serveHeld();
  }

  /**
   * Refuses a request for lack of room; the connection ends when it leaves even refusals unread,
   * since the stream of each, with all behind it, stays until it is with the socket.
   */
  public void refuse(Runnable answer) {
    if (bufferedBytes() >= LEAST_BYTES) {
      channel.unsafe().flush();
    }
    if (bufferedBytes() < LEAST_BYTES) {
      answer.run();
    } else {
      closeSlow();
    }
  }

  private void closeSlow() {
    SLOW.tell(
        "{0} reads next to nothing: closed with {1} bytes of answers",
        connection.remoteAddress(), Math.max(countedBytes + smallBytes, bufferedBytes()));
    close();
  }

  /** Not by way of Vert.x, which over HTTP/1.1 would first send what nobody reads. */
  private void close() {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    var unused = answers != null || first == null ? channel.close() : first.close();
  }

  /** Whether this is a connection of HTTP/2. */
  public boolean hasStreams() {
    return answers != null;
  }

  /** Whether an answer has to {@link #take} room. */
  public static boolean counts(int bytes) {
    return bytes >= UnreadAnswers.COUNTED_BYTES;
  }

  /** The failure of a request whose answer found no room. */
  public Failure noRoom(int bytes) {
    return new Failure(
        Failure.Kind.ANSWER_DROPPED,
        "answer: %d bytes, while %d bytes wait for clients to read them (expected: at most %d in all);"
                .formatted(bytes, room.usedBytes(), room.maxBytes())
            + " what was asked for is done");
  }

  private boolean mustRead() {
    return countedBytes + smallBytes >= maxBytes || bufferedBytes() >= maxBytes;
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

  /**
   * Watches a request over HTTP/2, and its answer, until {@link #ended}.
   *
   * @param headerBytes what its headers have
   * @return whether there is room for it, else it is to be refused
   */
  public boolean begun(HttpServerResponse response, long headerBytes) {
    return answers == null || answers.add(response, headerBytes);
  }

  /** Whether what is written as an answer now goes at once. */
  public boolean hasWindow(HttpServerResponse response) {
    return answers == null || answers.hasWindow(response.streamId());
  }

  /** The stream of an answer is no more. */
  public void ended(HttpServerResponse response) {
    int answerBytes = answers == null ? 0 : answers.remove(response);
    if (answerBytes > 0) {
      smallAnswered(answerBytes);
    }
  }

  /**
   * Closes the connection when it has answers to read and has read none for long. That its socket
   * takes bytes is not enough over HTTP/2: those may be answers to pings, while the client gives no
   * window.
   */
  void look(int patience) {
    long buffered = bufferedBytes();
    long unsent = firstBufferedBytes();
    int waiting = answers == null ? 0 : answers.look();
    boolean reads = ofSocket.look(buffered > 0, writtenBytes - unsent, patience);
    boolean takes = ofAnswers.look(countedBytes > 0 || waiting > 0, dataBytes - unsent, patience);
    if (!reads || (!takes && (countedBytes > 0 || waiting >= patience))) {
      closeSlow();
    }
  }

  /**
   * Closes a connection of HTTP/1.1 when nothing has come and gone since so many looks. Those of
   * HTTP/2 have {@link IdleConnection}.
   */
  void lookForIdle(int looks) {
    if (answers != null) {
      return;
    }
    long moves = reads + writtenBytes - firstBufferedBytes();
    idleLooks = moves == seenMoves ? idleLooks + 1 : 0;
    seenMoves = moves;
    if (idleLooks >= looks) {
      close();
    }
  }

  /** How long something has made next to no progress. */
  private static final class Stall {

    private long seen;
    private int looksWithout;

    /** Whether nothing waits, or there was progress not too many looks ago. */
    boolean look(boolean waits, long progress, int patience) {
      if (progress - seen >= LEAST_BYTES || !waits) {
        seen = progress;
        looksWithout = 0;
      } else {
        looksWithout++;
      }
      return looksWithout < patience;
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
    small.cover(0);
    if (answers != null) {
      answers.clear();
    }
  }

  /**
   * Counts what comes, and the bytes that pass to the socket's buffer: over HTTP/2 only what the
   * client has asked for.
   */
  private final class Progress extends ChannelDuplexHandler {

    private final @Nullable SentFrames frames;

    Progress(@Nullable SentFrames frames) {
      this.frames = frames;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      reads++;
      context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (message instanceof ByteBuf bytes) {
        writtenBytes += bytes.readableBytes();
        dataBytes += frames == null ? bytes.readableBytes() : frames.dataBytes(bytes);
      }
      var unused = context.write(message, promise);
    }
  }
}
