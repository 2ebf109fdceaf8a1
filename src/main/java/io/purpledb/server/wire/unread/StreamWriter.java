package io.purpledb.server.wire.unread;

import com.google.protobuf.Message;
import io.purpledb.message.ResponseStream;
import io.purpledb.net.RareWarning;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of a stream to a client, no faster than it reads: what waits for it is 64 KiB
 * and one message more. Who takes nothing for some seconds, while something waits, loses the
 * stream. Used on the connection's event loop only.
 */
public final class StreamWriter<R extends Message> {

  private static final RareWarning SLOW =
      new RareWarning(System.getLogger(StreamWriter.class.getName()));

  /** As long as a connection may leave its answers unread; see {@link UnreadAnswers}. */
  private static final long PATIENCE_MILLIS = 10_000;

  /** With so much on its way to the client nothing more is asked for, until half of it is read. */
  private static final long FULL_BYTES = 64 << 10;

  /** What a message takes, however small, while it waits: its buffers and its place in a queue. */
  private static final int MESSAGE_BYTES = 256;

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final ResponseStream<R> stream;
  private final Sink<R> sink;
  private final UnreadConnection unread;
  private final long patienceMillis;
  private long patience = NO_TIMER;
  private long waitingBytes;
  private boolean ended;

  /** Where the messages go, in the form of a protocol. */
  public interface Sink<R> {

    /**
     * Writes a message; the future ends when the socket has it, or never will. What is thrown ends
     * the stream.
     */
    Future<Void> write(R message);

    /**
     * Ends the answer.
     *
     * @param cause why it is not whole; null when it is
     */
    void end(@Nullable Throwable cause);

    /** Ends the answer at once, for a client that does not read even its end. */
    void abandon();
  }

  public StreamWriter(
      Vertx vertx, ResponseStream<R> stream, Sink<R> sink, UnreadConnection unread) {
    this(vertx, stream, sink, unread, PATIENCE_MILLIS);
  }

  /**
   * @param patienceMillis how long the client may take nothing while something waits for it
   */
  StreamWriter(
      Vertx vertx,
      ResponseStream<R> stream,
      Sink<R> sink,
      UnreadConnection unread,
      long patienceMillis) {
    this.vertx = vertx;
    this.stream = stream;
    this.sink = sink;
    this.unread = unread;
    this.patienceMillis = patienceMillis;
  }

  /** Begins to write; {@link #stop} is to be called when the client has gone. */
  public void start() {
    stream.handler(this::write);
    stream.endHandler(end -> end(null));
    stream.exceptionHandler(this::end);
    stream.resume();
  }

  /** Lets the stream go, whose client has gone. */
  public void stop() {
    if (finish()) {
      stream.cancel();
    }
  }

  private void end(@Nullable Throwable cause) {
    if (finish()) {
      sink.end(cause);
    }
  }

  private boolean finish() {
    if (ended) {
      return false;
    }
    ended = true;
    stopWaiting();
    return true;
  }

  private void write(R message) {
    if (ended) {
      return;
    }
    int size = MESSAGE_BYTES + message.getSerializedSize();
    boolean large = UnreadConnection.counts(size);
    if (!(large ? unread.take(size) : !unread.hasStreams() || unread.takeSmall(size))) {
      stream.cancel();
      end(unread.noRoom(size));
      return;
    }
    Future<Void> sent;
    try {
      sent = sink.write(message);
    } catch (Throwable t) { // it has no form that can be sent
      giveBack(size, large);
      stream.cancel();
      end(t);
      return;
    }
    waitingBytes += size;
    sent.onComplete(done -> written(size, large));
    if (isFull() && patience == NO_TIMER && !ended) {
      stream.pause();
      await();
    }
  }

  /** Whether so much waits for the client that nothing more should be written. */
  public boolean isFull() {
    return waitingBytes >= FULL_BYTES;
  }

  private void giveBack(int size, boolean large) {
    if (large) {
      unread.answered(size);
    } else if (unread.hasStreams()) {
      unread.smallAnswered(size);
    }
  }

  private void written(int size, boolean large) {
    giveBack(size, large);
    waitingBytes -= size;
    if (patience == NO_TIMER || ended) {
      return;
    }
    stopWaiting();
    if (waitingBytes >= FULL_BYTES / 2) {
      await(); // for the next
    } else {
      stream.resume();
    }
  }

  private void await() {
    patience = vertx.setTimer(patienceMillis, id -> abandon());
  }

  private void stopWaiting() {
    if (patience != NO_TIMER) {
      vertx.cancelTimer(patience);
      patience = NO_TIMER;
    }
  }

  private void abandon() {
    if (finish()) {
      SLOW.tell(
          "{0} reads nothing of a stream: ended with {1} bytes unread",
          unread.connection().remoteAddress(), waitingBytes);
      stream.cancel();
      sink.abandon();
    }
  }
}
