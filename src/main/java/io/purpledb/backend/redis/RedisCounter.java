package io.purpledb.backend.redis;

import io.purpledb.backend.CounterBackend;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** Counters as Redis strings in decimal; Redis adds, and refuses what would overflow. */
record RedisCounter(RedisLink link, Call call) implements RedisBackend, CounterBackend {

  /** For no call in particular. */
  RedisCounter(RedisLink link) {
    this(link, Call.NOTHING);
  }

  @Override
  public RedisCounter within(Call other) {
    return new RedisCounter(link, other);
  }

  @Override
  public Future<Long> get(String key) {
    return reply(key, Request.cmd(Command.GET).arg(key)).map(value -> number(key, value));
  }

  @Override
  public Future<Long> increment(String key, long amount) {
    // As text, because the client's own form of long arguments fails for Long.MIN_VALUE.
    return reply(key, Request.cmd(Command.INCRBY).arg(key).arg(Long.toString(amount)))
        .map(sum -> number(key, sum))
        .recover(error -> refused(key, amount, error));
  }

  private Future<Long> refused(String key, long amount, Throwable error) {
    if (RedisErrors.says(error, "would overflow")) {
      return Future.failedFuture(CounterBackend.overflow(key, amount));
    }
    if (RedisErrors.says(error, "not an integer")) {
      return get(key) // fails and says what is there, unless it was replaced just now
          .compose(number -> Future.failedFuture(notInteger(key, "\"no integer just now\"")));
    }
    return Future.failedFuture(error);
  }

  @Override
  public Failure tooLarge(String key, Failure reason) {
    return notInteger(key, reason.getMessage());
  }

  private static long number(String key, @Nullable Response value) {
    String text = value == null ? "0" : RedisErrors.shortText(value);
    try {
      long number = Long.parseLong(text);
      if (Long.toString(number).equals(text)) { // Redis too refuses 007 and +7
        return number;
      }
    } catch (NumberFormatException e) {
      throw notInteger(key, RedisErrors.shown(text));
    }
    throw notInteger(key, RedisErrors.shown(text));
  }

  private static Failure notInteger(String key, String found) {
    return Failure.conflict(
        "counter %s: %s in redis (expected: an integer from %d to %d)"
            .formatted(key, found, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  /** Redis looks at the number before it looks for the key. */
  @Override
  public Future<?> tryToWrite() {
    return link.sendOnce(Request.cmd(Command.INCRBY).arg(RedisHealth.unusedKey()).arg("none"));
  }
}
