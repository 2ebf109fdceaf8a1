package io.purpledb.backend.redis;

import io.purpledb.backend.FlagBackend;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * Flags as the Redis strings {@code true} and {@code false}; {@code 1} and {@code 0}, which other
 * clients write for booleans, are read too.
 */
record RedisFlag(RedisLink link, Call call) implements RedisBackend, FlagBackend {

  /** For no call in particular. */
  RedisFlag(RedisLink link) {
    this(link, Call.NOTHING);
  }

  @Override
  public RedisFlag within(Call other) {
    return new RedisFlag(link, other);
  }

  @Override
  public Future<Boolean> get(String key) {
    return reply(key, Request.cmd(Command.GET).arg(key), value -> flag(key, value));
  }

  @Override
  public Future<Void> set(String key, boolean value) {
    return reply(key, Request.cmd(Command.SET).arg(key).arg(Boolean.toString(value)), set -> null);
  }

  private static boolean flag(String key, @Nullable Response value) {
    String text = value == null ? "false" : RedisErrors.shortText(value);
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw noFlag(key, RedisErrors.shown(text));
    };
  }

  @Override
  public Failure tooLarge(String key, Failure reason) {
    return noFlag(key, reason.getMessage());
  }

  private static Failure noFlag(String key, String found) {
    return Failure.conflict("flag %s: %s in redis (expected: true or false)".formatted(key, found));
  }

  @Override
  public Future<?> tryToWrite() {
    return link.sendOnce(RedisHealth.malformedSet());
  }
}
