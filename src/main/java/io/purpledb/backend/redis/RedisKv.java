package io.purpledb.backend.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.KvBackend;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import org.jspecify.annotations.Nullable;

/** KV values as Redis strings, byte for byte. */
record RedisKv(RedisLink link, Call call) implements RedisBackend, KvBackend {

  /** For no call in particular. */
  RedisKv(RedisLink link) {
    this(link, Call.NOTHING);
  }

  @Override
  public RedisKv within(Call other) {
    return new RedisKv(link, other);
  }

  @Override
  public Future<@Nullable ByteString> get(String key) {
    return reply(key, Request.cmd(Command.GET).arg(key))
        .map(
            // nobody else has these bytes, so they need not be copied
            value -> value == null ? null : UnsafeByteOperations.unsafeWrap(value.toBytes()));
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    return reply(key, Request.cmd(Command.SET).arg(key).arg(value.toByteArray())).mapEmpty();
  }

  @Override
  public Future<Boolean> delete(String key) {
    return reply(key, Request.cmd(Command.DEL).arg(key))
        .map(deleted -> deleted != null && deleted.toLong() > 0);
  }

  @Override
  public Future<?> tryToWrite() {
    Future<?> delete = link.sendOnce(Request.cmd(Command.DEL).arg(RedisHealth.unusedKey()));
    Future<?> set = link.sendOnce(RedisHealth.malformedSet());
    return delete
        .recover(
            error ->
                RedisErrors.isCommandNotPermitted(error)
                    ? Future.failedFuture(error)
                    : Future.succeededFuture())
        .compose(permitted -> set);
  }
}
