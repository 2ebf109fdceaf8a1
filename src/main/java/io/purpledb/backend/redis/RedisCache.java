package io.purpledb.backend.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.redis.connection.RedisHealth;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * Cache values as Redis strings with an expiry, set by the same command. Redis frees expired ones
 * by itself; when it evicts is its own maxmemory policy.
 */
record RedisCache(RedisLink link, Call call) implements RedisBackend, CacheBackend {

  /** For no call in particular. */
  RedisCache(RedisLink link) {
    this(link, Call.NOTHING);
  }

  @Override
  public RedisCache within(Call other) {
    return new RedisCache(link, other);
  }

  @Override
  public Future<@Nullable String> get(String key) {
    return reply(
        key, Request.cmd(Command.GET).arg(key), value -> value == null ? null : text(key, value));
  }

  /** Somebody else may have put there what is none. */
  private static String text(String key, Response value) {
    ByteString utf8 = UnsafeByteOperations.unsafeWrap(value.toBytes());
    if (!utf8.isValidUtf8()) {
      throw Failure.conflict("%s: bytes in redis (expected: a text in UTF-8)".formatted(key));
    }
    return utf8.toStringUtf8();
  }

  @Override
  public Future<Void> set(String key, String value, long ttlMillis) {
    // Redis keeps a key while now <= deadline, the cache promises now < deadline: one less.
    String px = Long.toString(Math.max(1, ttlMillis - 1));
    return reply(key, Request.cmd(Command.SET).arg(key).arg(value).arg("PX").arg(px), set -> null);
  }

  @Override
  public Future<?> tryToWrite() {
    return link.sendOnce(RedisHealth.malformedSet());
  }
}
