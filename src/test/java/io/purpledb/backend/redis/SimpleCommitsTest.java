package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.engine.RedisEngine;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.purpledb.support.time.FakeClock;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * The short way of simple commits does what the general one does, which is taken while somebody
 * watches: two servers are asked the same, and answer and hold the same.
 */
@Timeout(120)
final class SimpleCommitsTest {

  private static final int STEPS = 1_500;

  /** All that has not expired, but versions and what is told to those who watch. */
  private static final String CONTENTS =
      """
      local all, now = {}, tonumber(ARGV[1])
      local function isOver(value)
        if not value or #value < 17 then return false end
        local expires = struct.unpack('>I8', value, 10)
        return expires ~= 0 and expires <= now
      end
      for _, key in ipairs(redis.call('KEYS', 'p2:*')) do
        if string.sub(key, 1, 4) == 'p2:{' then
          local value = redis.call('GET', key)
          if not isOver(value) then
            all[#all + 1] = key .. ' ' .. string.sub(value, 1, 1) .. string.sub(value, 10)
          end
        elseif string.sub(key, 1, 9) == 'p2:index:' then
          for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
            local full = string.sub(key, 10) .. ':' .. member
            local at = 'p2:{' .. string.sub(redis.sha1hex(full), 1, 2) .. '}:' .. full
            if not isOver(redis.call('GET', at)) then all[#all + 1] = 'index of ' .. full end
          end
        end
      end
      local expiries = redis.call('ZRANGEBYSCORE', 'p2:expiries', '(' .. now, '+inf', 'WITHSCORES')
      all[#all + 1] = 'expiries ' .. table.concat(expiries, ' ')
      table.sort(all)
      return all
      """;

  private final TestLoop loop = new TestLoop();
  private final FakeClock clock = new FakeClock();
  private final RedisProcess simple = RedisForTests.start();
  private final RedisProcess general = RedisForTests.start();
  private final Engine onSimple = open(simple);
  private final Engine onGeneral = open(general);
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private Engine open(RedisProcess redis) {
    return RedisEngine.open(loop.vertx(), redis.url(), 10_000, 1_000, clock);
  }

  @AfterEach
  void close() {
    loop.answer(onSimple::close);
    loop.answer(onGeneral::close);
    loop.close();
    simple.close();
    general.close();
  }

  @RepeatedTest(2)
  void doWhatTheGeneralWayDoes() {
    assertThat(general.run("SET p2:watched 1")).isEqualTo("+OK");
    long position = 0;
    for (int i = 0; i < STEPS; i++) {
      clock.advance(random.nextInt(10));
      Key key = Key.of("n", random.nextInt(4) == 0 ? "c:%" : "kv", "k\0" + random.nextInt(4));
      Commit commit = commit(key);
      String what = "seed %d, step %d: %s".formatted(seed, i, commit);
      if (random.nextInt(40) == 0) {
        spoil(key);
      }

      Outcome one = outcome(onSimple, commit);
      Outcome other = outcome(onGeneral, commit);

      assertThat(one.withoutPosition()).as(what).isEqualTo(other.withoutPosition());
      if (one.failure.isEmpty()) {
        assertThat(one.position).as(what).isGreaterThanOrEqualTo(position);
        position = one.position;
      }
      if (i % 10 == 0) {
        assertThat(contents(simple)).as(what).isEqualTo(contents(general));
      }
    }
    String calls = String.valueOf(loop.raw(simple.url(), Command.INFO, "commandstats"));
    assertThat(calls).as("the short way").contains("cmdstat_hincrby");
    assertThat(calls).as("what nobody watches").doesNotContain("cmdstat_xadd");
  }

  private Commit commit(Key key) {
    long ttl =
        List.of(Change.FOREVER, Change.FOREVER, 5L, 60_000L, Change.KEEP).get(random.nextInt(5));
    Description description =
        random.nextInt(5) == 0 ? new Description("a/b", Map.of("c", "d")) : Description.NONE;
    return switch (random.nextInt(8)) {
      case 0, 1 ->
          Commit.of(
              new Change.Put(
                  key, new Value.OfBytes(ByteString.copyFromUtf8("text")), description, ttl));
      case 2 -> Commit.of(new Change.Put(key, new Value.OfNumber(number()), description, ttl));
      case 3, 4, 5 ->
          Commit.answering(new Change.Add(key, number(), Long.MIN_VALUE, Long.MAX_VALUE));
      case 6 -> Commit.of(new Change.Delete(key));
      default -> Commit.when(new Check.Present(key), new Change.Delete(key));
    };
  }

  private long number() {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextLong();
      case 1 -> 999_999_999_999_999L;
      case 2 -> -99_999_999_999_999L;
      default -> random.nextInt(21) - 10;
    };
  }

  /** Somebody else writes there, on both servers. */
  private void spoil(Key key) {
    for (RedisProcess redis : List.of(simple, general)) {
      loop.raw(
          redis.url(),
          Command.EVAL,
          "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('SET', key, 'b') end return {}",
          "0",
          "p2:{*:n:k*" + key.name().charAt(2));
    }
  }

  /** What became of a commit. */
  private record Outcome(String failure, int refusedBy, long position, List<String> entries) {

    Outcome withoutPosition() {
      return new Outcome(failure, refusedBy, 0, entries);
    }
  }

  private Outcome outcome(Engine engine, Commit commit) {
    return loop.answer(
        () ->
            engine
                .commit(Call.NOTHING, commit)
                .transform(
                    (done, error) ->
                        Future.succeededFuture(
                            error == null
                                ? outcome(done)
                                : new Outcome(error.toString(), 0, 0, List.of()))));
  }

  private static Outcome outcome(Committed done) {
    List<String> entries = new ArrayList<>();
    for (Entry entry : done.entries()) {
      entries.add(
          entry == null
              ? "nothing"
              : "%s %s %s %d"
                  .formatted(
                      entry.key(),
                      text(entry.value()),
                      entry.description(),
                      entry.expiresMillis()));
      if (entry != null && done.isDone()) {
        assertThat(entry.version()).isEqualTo(done.position());
      }
    }
    return new Outcome("", done.refusedBy(), done.position(), entries);
  }

  private static String text(Value value) {
    return value instanceof Value.OfBytes of ? of.content().toStringUtf8() : value.toString();
  }

  private List<String> contents(RedisProcess redis) {
    return Objects.requireNonNull(
            loop.raw(redis.url(), Command.EVAL, CONTENTS, "0", clock.millis()))
        .stream()
        .map(Object::toString)
        .toList();
  }
}
