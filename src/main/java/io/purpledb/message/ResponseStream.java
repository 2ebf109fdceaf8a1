package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Handler;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * The messages that answer one request, one after another. It begins paused: nothing comes before
 * {@link #resume} or {@link #fetch}, and no more than was asked for, so that a reader that is slow
 * keeps nothing in memory but what it has asked for.
 *
 * <p>It ends once: at its end, with a failure that {@link Failure#of} understands, or when it is
 * cancelled, of which the reader is not told. A handler of the reader's must not throw. Used on the
 * event loop that asked for it.
 */
public interface ResponseStream<R extends Message> extends ReadStream<R> {

  /** Ends it early, for a reader that wants no more; nothing comes any more. */
  void cancel();

  @Override
  ResponseStream<R> handler(@Nullable Handler<R> messages);

  @Override
  ResponseStream<R> endHandler(@Nullable Handler<Void> end);

  @Override
  ResponseStream<R> exceptionHandler(@Nullable Handler<Throwable> failure);

  @Override
  ResponseStream<R> pause();

  @Override
  ResponseStream<R> resume();

  @Override
  ResponseStream<R> fetch(long amount);
}
