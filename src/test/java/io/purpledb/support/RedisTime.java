package io.purpledb.support;

import io.vertx.redis.client.Command;
import java.time.InstantSource;

/**
 * Redis expires entries by its own clock, which cannot be set. Time moves on by taking from the
 * time that each entry of the cache's database has left; meanwhile the real clock runs.
 */
final class RedisTime implements TimeMachine {

  private static final int CACHE_DATABASE = 0;
  private static final long GRACE_MILLIS = 2_000;
  private static final String SHIFT =
      """
      local cursor = '0'
      local entries = {}
      repeat
        local page = redis.call('SCAN', cursor, 'COUNT', 1000)
        cursor = page[1]
        for _, key in ipairs(page[2]) do entries[key] = true end
      until cursor == '0'
      for key in pairs(entries) do
        local had = redis.call('PTTL', key)
        local left = had - ARGV[1]
        if had < 0 then -- it never expires
        elseif left > 0 then redis.call('PEXPIRE', key, string.format('%.0f', left))
        else redis.call('DEL', key) end
      end
      """;

  private final DirectRedis redis = new DirectRedis(CACHE_DATABASE);

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  public void advance(long millis) {
    redis.run(Command.EVAL, SHIFT, 0, millis);
  }

  @Override
  public long graceMillis() {
    return GRACE_MILLIS;
  }

  @Override
  public void close() {
    redis.close();
  }
}
