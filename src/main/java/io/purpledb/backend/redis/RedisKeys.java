package io.purpledb.backend.redis;

import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Commands on keys of one Redis type, and what it means that a key has another one. */
interface RedisKeys {

  RedisLink link();

  /** What its commands are part of. */
  Call call();

  /** The Redis type of the keys, as the command TYPE names it. */
  default String type() {
    return "string";
  }

  /**
   * What the reply to a command on a key is; fails as a conflict when the key has another type.
   *
   * @param meaning what a reply is; null for one that says that nothing is there
   */
  default <T> Future<T> reply(
      String key, Request request, Function<? super @Nullable Response, ? extends T> meaning) {
    return orWrongType(key, link().send(call(), request), meaning);
  }

  /** The same for a reply that is on its way. */
  default <T> Future<T> orWrongType(
      String key,
      Future<@Nullable Response> reply,
      Function<? super @Nullable Response, ? extends T> meaning) {
    Promise<T> result = Promise.promise(); // one, where map() and recover() make one each
    reply.onComplete(
        (response, error) -> {
          if (error == null) {
            complete(result, response, meaning);
          } else if (RedisErrors.says(error, "WRONGTYPE")) {
            wrongType(key).onComplete(failure -> result.fail(failure), result::fail);
          } else if (error instanceof Failure failure
              && failure.kind() == Failure.Kind.ANSWER_TOO_LARGE) {
            result.fail(tooLarge(key, failure));
          } else {
            result.fail(error);
          }
        });
    return result.future();
  }

  private static <T> void complete(
      Promise<T> result,
      @Nullable Response response,
      Function<? super @Nullable Response, ? extends T> meaning) {
    try {
      result.complete(meaning.apply(response));
    } catch (Throwable t) {
      result.fail(t);
    }
  }

  /** What it means that the value of a key is too large to be read. */
  default Failure tooLarge(String key, Failure reason) {
    return reason;
  }

  /** Why it has another type. */
  private Future<Failure> wrongType(String key) {
    return link()
        .send(call(), Request.cmd(Command.TYPE).arg(key))
        .map(
            found ->
                Failure.conflict("%s: a redis %s (expected: a %s)".formatted(key, found, type())));
  }
}
