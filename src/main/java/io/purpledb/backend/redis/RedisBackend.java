package io.purpledb.backend.redis;

import io.purpledb.backend.Backend;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** What all Redis backends have in common: a link, and what a key of another type means. */
interface RedisBackend extends Backend {

  RedisLink link();

  /** What its commands are part of. */
  Call call();

  /** The Redis type of the keys, as the command TYPE names it. */
  default String type() {
    return "string";
  }

  /** The reply to a command on a key; fails as a conflict when the key has another Redis type. */
  default Future<@Nullable Response> reply(String key, Request request) {
    return orWrongType(key, link().send(call(), request));
  }

  /** The same for a reply that is on its way. */
  default Future<@Nullable Response> orWrongType(String key, Future<@Nullable Response> reply) {
    Promise<@Nullable Response> result = Promise.promise(); // recover() would make two futures
    reply.onComplete(
        (response, error) -> {
          if (error != null && RedisErrors.says(error, "WRONGTYPE")) {
            wrongType(key).onComplete(result);
          } else if (error instanceof Failure failure
              && failure.kind() == Failure.Kind.ANSWER_TOO_LARGE) {
            result.fail(tooLarge(key, failure));
          } else {
            result.complete(response, error);
          }
        });
    return result.future();
  }

  /** What it means that the value of a key is too large to be read. */
  default Failure tooLarge(String key, Failure reason) {
    return reason;
  }

  /** Sends writes like those of this service that change nothing, whatever there is. */
  Future<?> tryToWrite();

  @Override
  default Future<Void> health() {
    return link().health().compose(serves -> link().permission().tryOut(this::tryToWrite));
  }

  @Override
  default Future<Void> close() {
    return link().close();
  }

  private Future<@Nullable Response> wrongType(String key) {
    return link()
        .send(call(), Request.cmd(Command.TYPE).arg(key))
        .compose(
            found ->
                Future.failedFuture(
                    Failure.conflict(
                        "%s: a redis %s (expected: a %s)".formatted(key, found, type()))));
  }
}
