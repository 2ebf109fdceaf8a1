package io.purpledb.backend.redis;

import io.purpledb.message.Failure;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way through a {@link RedisSocket}, which tells it what became of it: exactly one
 * of {@link #answered}, {@link #dropped}, {@link #refused} and {@link #lost}, or {@link #lost}
 * after another of them has thrown.
 */
interface Pipelined {

  Request request();

  /** Its bytes are about to be handed over; from now on Redis may execute it. */
  void sent();

  /** When {@link #sent} was last called, in terms of {@link System#nanoTime}. */
  long sentNanos();

  void answered(@Nullable Response reply);

  /** It was executed, but its reply is too large for the room that there is. */
  void dropped(Failure reason);

  /** Redis replied with an error. */
  void refused(ErrorType error);

  /** The connection has ended; if it was sent, it may or may not have been executed. */
  void lost(String reason);
}
