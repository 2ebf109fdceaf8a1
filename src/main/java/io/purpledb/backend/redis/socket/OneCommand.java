package io.purpledb.backend.redis.socket;

import io.purpledb.message.Failure;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import org.jspecify.annotations.Nullable;

/** A command of a connection itself, with the reply or failure as it is. */
final class OneCommand implements Pipelined {

  private final Request request;
  private final Promise<@Nullable Response> reply = Promise.promise();
  private long sentNanos;

  OneCommand(Request request) {
    this.request = request;
  }

  Promise<@Nullable Response> reply() {
    return reply;
  }

  @Override
  public Request request() {
    return request;
  }

  @Override
  public void sent() {
    sentNanos = System.nanoTime();
  }

  @Override
  public long sentNanos() {
    return sentNanos;
  }

  @Override
  public void answered(@Nullable Response response) {
    reply.tryComplete(response);
  }

  @Override
  public void dropped(Failure reason) {
    reply.tryFail(reason);
  }

  @Override
  public void refused(ErrorType error) {
    reply.tryFail(error);
  }

  @Override
  public void lost(String reason) {
    reply.tryFail(reason);
  }
}
