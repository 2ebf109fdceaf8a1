package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.ResponseStream;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream that an endpoint answers: between its source and its reader, with the interceptors
 * around all of it. The reader hears of the end when the interceptors have. Used on the endpoint's
 * event loop only.
 */
final class OpenStream implements ResponseStream<Message> {

  private static final Logger LOG = System.getLogger(OpenStream.class.getName());
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Completable<@Nullable Object> answer;
  private final Promise<@Nullable Message> ended = Promise.promise();

  /** What a source gave that does not stop at once; nearly always empty. */
  private final Queue<Message> early = new ArrayDeque<>();

  private @Nullable ReadStream<? extends Message> source;
  private @Nullable Handler<Message> handler;
  private @Nullable Handler<Void> endHandler;
  private @Nullable Handler<Throwable> exceptionHandler;
  private long demand;
  private long deadline = NO_TIMER;
  private boolean delivering;
  private @Nullable Runnable last;

  /** Whether the interceptors have heard of the end, or have answered without a stream. */
  private boolean isOver;

  /** Whether the reader has asked for something; nothing is told before. */
  private boolean isRead;

  /** Whether the reader has been told of the end, or wants to hear no more. */
  private boolean told;

  /**
   * @param answer gets this as soon as there is a source, or a failure instead
   */
  OpenStream(Vertx vertx, Completable<@Nullable Object> answer) {
    this.vertx = vertx;
    this.answer = answer;
  }

  /**
   * Begins with what the operation answers; fails when it is over already, or was begun before.
   *
   * @param messages asks the operation; what it throws is thrown
   * @param call its deadline ends the stream as timed out
   * @return the end, for the interceptors: with null when all was answered or the reader had enough
   */
  Future<@Nullable Message> begin(Supplier<ReadStream<? extends Message>> messages, Call call) {
    if (isOver || source != null || ended.future().isComplete()) {
      return Future.failedFuture(
          Failure.unavailable("a stream that was begun or is over (expected: a new one)"));
    }
    ReadStream<? extends Message> from = messages.get();
    source = from;
    try {
      from.pause();
      from.exceptionHandler(ended::tryFail);
      from.endHandler(end -> ended.tryComplete(null));
      from.handler(this::take);
    } catch (Throwable t) {
      release();
      source = null; // so that its reader gets no stream
      throw t;
    }
    if (call.deadlineNanos() != Call.NO_DEADLINE) {
      long left = Math.max(1, call.leftMillis(Long.MAX_VALUE));
      deadline =
          vertx.setTimer(left, id -> fail(Failure.timedOut("the deadline of the stream is over")));
    }
    ended.future().onComplete(end -> release());
    answer.succeed(this);
    return ended.future();
  }

  /** Ends it before its end; the interceptors and then its reader get to know why. */
  void fail(Throwable cause) {
    ended.tryFail(cause);
  }

  /** Tells the reader of the end, as the interceptors leave it. */
  void end(@Nullable Throwable cause) {
    isOver = true;
    if (source == null) {
      answer.fail(cause == null ? new IllegalStateException("no stream was begun") : cause);
      return;
    }
    ended.tryComplete(null); // when an interceptor did not wait for it
    last = () -> tell(cause);
    deliver();
  }

  private void tell(@Nullable Throwable cause) {
    Handler<Throwable> failed = exceptionHandler;
    Handler<Void> done = endHandler;
    if (cause != null && failed != null) {
      failed.handle(cause);
    } else if (cause == null && done != null) {
      done.handle(null);
    }
  }

  /** Lets the source go, which has nothing to give any more or nobody to give it to. */
  private void release() {
    if (deadline != NO_TIMER) {
      vertx.cancelTimer(deadline);
    }
    ReadStream<? extends Message> from = source;
    if (from != null) {
      try {
        from.handler(null);
      } catch (RuntimeException e) { // it is at its end already
        LOG.log(Level.DEBUG, "a stream was let go", e);
      }
    }
  }

  private void take(Message message) {
    early.add(message);
    deliver();
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      deliverAll();
    } catch (Throwable t) { // the reader's
      LOG.log(Level.ERROR, "a stream is ended, whose reader throws", t);
      early.clear();
      told = true;
      ended.tryFail(t);
    } finally {
      delivering = false;
    }
  }

  private void deliverAll() {
    Handler<Message> to = handler;
    while (to != null && demand > 0 && !told && !early.isEmpty()) {
      if (demand != Long.MAX_VALUE) {
        demand--;
      }
      to.handle(early.remove());
      to = handler;
    }
    Runnable end = last;
    if (end != null && isRead && early.isEmpty() && !told) {
      told = true;
      end.run();
    }
  }

  @Override
  public void cancel() {
    told = true;
    early.clear();
    ended.tryComplete(null);
  }

  @Override
  public OpenStream handler(@Nullable Handler<Message> messages) {
    handler = messages;
    return this;
  }

  @Override
  public OpenStream endHandler(@Nullable Handler<Void> end) {
    endHandler = end;
    return this;
  }

  @Override
  public OpenStream exceptionHandler(@Nullable Handler<Throwable> failure) {
    exceptionHandler = failure;
    return this;
  }

  @Override
  public OpenStream pause() {
    demand = 0;
    ofSource(ReadStream::pause);
    return this;
  }

  @Override
  public OpenStream resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public OpenStream fetch(long amount) {
    isRead = true;
    demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
    ofSource(from -> from.fetch(amount));
    deliver();
    return this;
  }

  /** Asks something of the source, while there is one; what it throws is the end of the stream. */
  private void ofSource(Consumer<ReadStream<? extends Message>> what) {
    ReadStream<? extends Message> from = source;
    if (from != null && !ended.future().isComplete()) {
      try {
        what.accept(from);
      } catch (Throwable t) {
        fail(t);
      }
    }
  }
}
