package io.purpledb.backend.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.SetBackend;
import io.purpledb.backend.SortedItems;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sets as Redis sets, sorted here. A change and the resulting set are one script, because another
 * change between two commands would show.
 */
record RedisSet(RedisLink link) implements RedisBackend, SetBackend {

  private static final RedisScript ADD = changeThenItems("SADD");
  private static final RedisScript REMOVE = changeThenItems("SREM");

  private static final String MAY_NOT_ADD =
      "NOPERM this user has no permissions to run the 'sadd' command";

  private static final RedisScript MAY_ADD =
      RedisScript.of(
          """
          if redis.acl_check_cmd and not redis.acl_check_cmd('SADD', KEYS[1], ARGV[1]) then
            return redis.error_reply("%s")
          end
          return {}
          """
              .formatted(MAY_NOT_ADD));

  @Override
  public String type() {
    return "set";
  }

  @Override
  public Future<SortedItems> get(String key) {
    return reply(key, Request.cmd(Command.SMEMBERS).arg(key)).map(RedisSet::sorted);
  }

  @Override
  public Future<SortedItems> add(String key, String item) {
    return orWrongType(key, ADD.run(link::send, key, item)).map(RedisSet::sorted);
  }

  @Override
  public Future<SortedItems> remove(String key, String item) {
    return orWrongType(key, REMOVE.run(link::send, key, item)).map(RedisSet::sorted);
  }

  private static RedisScript changeThenItems(String command) {
    return RedisScript.of(
        "redis.call('%s', KEYS[1], ARGV[1]) return redis.call('SMEMBERS', KEYS[1])"
            .formatted(command));
  }

  private static SortedItems sorted(@Nullable Response items) {
    if (items == null) {
      return SortedItems.NONE;
    }
    ByteString[] bytes = new ByteString[items.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = utf8(UnsafeByteOperations.unsafeWrap(items.get(i).toBytes()));
    }
    return SortedItems.ofUnsorted(bytes);
  }

  /** An item that somebody else has put there may be none. */
  private static ByteString utf8(ByteString item) {
    return item.isValidUtf8() ? item : ByteString.copyFromUtf8(item.toStringUtf8());
  }

  /** As a removal; of an addition Redis 7 says whether it would be permitted. */
  @Override
  public Future<?> tryToWrite() {
    String key = RedisHealth.unusedKey();
    return REMOVE
        .run(link::sendOnce, key, "")
        .compose(
            removed ->
                MAY_ADD
                    .run(link::sendOnce, key, "")
                    .recover(
                        error ->
                            String.valueOf(error.getMessage()).contains(MAY_NOT_ADD)
                                ? Future.failedFuture(error)
                                : Future.succeededFuture()));
  }
}
