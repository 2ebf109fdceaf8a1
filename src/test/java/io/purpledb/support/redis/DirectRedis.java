package io.purpledb.support.redis;

import io.purpledb.support.client.Await;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** A connection to the Redis of the tests that does not go through a server of ours. */
final class DirectRedis implements AutoCloseable {

  private final Vertx vertx = Vertx.vertx();
  private final Redis redis;

  DirectRedis(String url, int database) {
    this.redis = Redis.createClient(vertx, url + "/" + database);
  }

  /** Runs a command; the answer is null when Redis answers nil. */
  Response run(Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(argument.toString());
    }
    return Await.value(redis.send(request).toCompletionStage().toCompletableFuture());
  }

  @Override
  public void close() {
    redis.close();
    Await.value(vertx.close().toCompletionStage().toCompletableFuture());
  }
}
