package io.purpledb.backend.redis.socket;

import io.purpledb.message.Failure;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way through a {@link RedisSocket}, which tells it what became of it: exactly one
 * of {@link #answered}, {@link #dropped}, {@link #refused} and {@link #lost}, or {@link #lost}
 * after another of them has thrown.
 */
public interface Pipelined {

  /** The command, or the last of several, whose reply has the result. */
  Request request();

  /** All commands to be sent at once, the last being {@link #request}. */
  default List<Request> requests() {
    return List.of(request());
  }

  /**
   * Takes a reply to one of several commands that is not the last.
   *
   * @param reply null for one that was not kept
   * @return false when it is the reply to the last
   */
  default boolean takes(@Nullable Response reply) {
    return false;
  }

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
