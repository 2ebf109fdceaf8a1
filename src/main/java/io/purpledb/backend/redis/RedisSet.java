package io.purpledb.backend.redis;

import io.purpledb.backend.ByteOrder;
import io.purpledb.backend.SetBackend;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets as Redis sets, sorted here. A change and the resulting set are one script, because another
 * change between two commands would show.
 */
record RedisSet(RedisLink link) implements RedisBackend, SetBackend {

  private static final RedisScript ADD = changeThenItems("SADD");
  private static final RedisScript REMOVE = changeThenItems("SREM");

  @Override
  public String type() {
    return "set";
  }

  @Override
  public Future<List<String>> get(String key) {
    return reply(key, Request.cmd(Command.SMEMBERS).arg(key)).map(RedisSet::sorted);
  }

  @Override
  public Future<List<String>> add(String key, String item) {
    return orWrongType(key, ADD.run(link, key, item)).map(RedisSet::sorted);
  }

  @Override
  public Future<List<String>> remove(String key, String item) {
    return orWrongType(key, REMOVE.run(link, key, item)).map(RedisSet::sorted);
  }

  private static RedisScript changeThenItems(String command) {
    return RedisScript.of(
        "redis.call('%s', KEYS[1], ARGV[1]) return redis.call('SMEMBERS', KEYS[1])"
            .formatted(command));
  }

  private static List<String> sorted(@Nullable Response items) {
    if (items == null) {
      return List.of();
    }
    String[] sorted = new String[items.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = items.get(i).toString();
    }
    Arrays.sort(sorted, ByteOrder.INSTANCE);
    return List.of(sorted);
  }
}
