package io.purpledb.backend.redis.resp;

import io.purpledb.message.Failure;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jspecify.annotations.Nullable;

/** Is told of the replies that come over one connection, in their order. */
public interface RespReplies {

  /** A reply; null for the null of Redis. */
  void handle(@Nullable Response reply);

  /** A reply that has come whole but was not kept, for want of room. */
  void dropped(ResponseType type, Failure reason);

  /** What comes is no reply: nothing after it can be understood. */
  void fail(Throwable error);
}
