package io.purpledb.backend.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.SetBackend;
import io.purpledb.backend.SortedItems;
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
 * Sets as Redis sets, sorted here. A change and the resulting set are one transaction, because
 * another change between two commands would show.
 */
record RedisSet(RedisLink link, Call call) implements RedisBackend, SetBackend {

  /** For no call in particular. */
  RedisSet(RedisLink link) {
    this(link, Call.NOTHING);
  }

  @Override
  public RedisSet within(Call other) {
    return new RedisSet(link, other);
  }

  @Override
  public String type() {
    return "set";
  }

  @Override
  public Future<SortedItems> get(String key) {
    return reply(key, Request.cmd(Command.SMEMBERS).arg(key), found -> sorted(key, found, ""));
  }

  @Override
  public Future<SortedItems> add(String key, String item) {
    return changed(key, Request.cmd(Command.SADD).arg(key).arg(item));
  }

  @Override
  public Future<SortedItems> remove(String key, String item) {
    return changed(key, Request.cmd(Command.SREM).arg(key).arg(item));
  }

  private Future<SortedItems> changed(String key, Request change) {
    Request items = Request.cmd(Command.SMEMBERS).arg(key);
    return orWrongType(
        key,
        link.send(call, change, items),
        found -> sorted(key, found, "; what was asked for is done"));
  }

  /**
   * @param done what to add to the failure of a set that cannot be answered
   */
  private static SortedItems sorted(String key, @Nullable Response items, String done) {
    if (items == null) {
      return SortedItems.NONE;
    }
    ByteString[] bytes = new ByteString[items.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = UnsafeByteOperations.unsafeWrap(items.get(i).toBytes());
      if (!bytes[i].isValidUtf8()) { // somebody else has put it there
        throw Failure.conflict(
            "%s: a redis set with bytes among its items (expected: texts in UTF-8)%s"
                .formatted(key, done));
      }
    }
    return SortedItems.ofUnsorted(bytes);
  }

  /**
   * A removal; then an addition together with a removal of wrong form, because of which Redis
   * carries out neither. Without MULTI it would, hence one after the other.
   */
  @Override
  public Future<?> tryToWrite() {
    String key = RedisHealth.unusedKey();
    Request remove = Request.cmd(Command.SREM).arg(key).arg("none");
    Request items = Request.cmd(Command.SMEMBERS).arg(key);
    Request add = Request.cmd(Command.SADD).arg(key).arg("none");
    Request malformed = Request.cmd(Command.SREM).arg(key);
    return link.sendOnce(remove, items).compose(removed -> link.sendOnce(add, malformed));
  }
}
