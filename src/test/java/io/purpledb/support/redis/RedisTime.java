package io.purpledb.support.redis;

import io.purpledb.support.time.TimeMachine;
import io.vertx.redis.client.Command;
import java.time.InstantSource;

/**
 * Redis expires entries by its own clock, which cannot be set. Time moves on by taking from the
 * time that each entry has left; meanwhile the real clock runs.
 */
public final class RedisTime implements TimeMachine {

  private static final long GRACE_MILLIS = 2_000;

  /** Of layout 1: what the keys of the cache's database have left. */
  private static final String SHIFT_KEYS =
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

  /** Of layout 2: what stands in the entries that expire, and in their order. */
  private static final String SHIFT_ENTRIES =
      """
      local due = redis.call('ZRANGE', 'p2:expiries', 0, -1, 'WITHSCORES')
      for i = 1, #due, 2 do
        local key = 'p2:{' .. string.sub(redis.sha1hex(due[i]), 1, 2) .. '}:' .. due[i]
        local expires = due[i + 1] - ARGV[1]
        redis.call('SETRANGE', key, 9, struct.pack('>I8', expires))
        redis.call('ZADD', 'p2:expiries', string.format('%.0f', expires), due[i])
      end
      """;

  private final DirectRedis redis;
  private final String shift;

  private RedisTime(String url, String shift) {
    this.redis = new DirectRedis(url, 0);
    this.shift = shift;
  }

  public static RedisTime ofLayout1(String url) {
    return new RedisTime(url, SHIFT_KEYS);
  }

  public static RedisTime ofLayout2(String url) {
    return new RedisTime(url, SHIFT_ENTRIES);
  }

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  public void advance(long millis) {
    redis.run(Command.EVAL, shift, 0, millis);
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
