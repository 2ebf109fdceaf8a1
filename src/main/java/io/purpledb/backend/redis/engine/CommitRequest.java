package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Failure;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A commit as parameters of its script, which says what they are. */
final class CommitRequest {

  /** Sums of it and a time are exact in the script. */
  private static final long MAX_TTL_MILLIS = 1L << 52;

  private final Map<Key, Integer> places = new LinkedHashMap<>();
  private final List<byte[]> parameters = new ArrayList<>();

  /**
   * @throws Failure when a time to live is too long
   */
  CommitRequest(Commit commit) {
    commit.itemsOf().forEach(this::addItems);
    commit.reads().forEach(key -> add("G", key));
    commit.checks().forEach(this::add);
    commit.changes().forEach(this::add);
  }

  /** The command, with the time of now. */
  Request request(EngineTime time, long maxReadBytes) {
    Request request = Request.cmd(Command.EVALSHA).arg(Script.COMMIT.sha()).arg(places.size());
    places.keySet().forEach(key -> request.arg(StoredKey.ofValue(key)));
    request.arg(time.argument()).arg(Long.toString(maxReadBytes));
    parameters.forEach(request::arg);
    return request;
  }

  /** Its index, and the ends of its items there: a zero, and what no item begins with. */
  private void addItems(Key name) {
    byte[] first = StoredKey.join(StoredKey.member(name), new byte[] {0});
    text("I");
    parameters.add(StoredKey.ofIndex(name));
    parameters.add(StoredKey.bound('[', first));
    parameters.add(StoredKey.bound('(', StoredKey.join(first, new byte[] {(byte) 0xff})));
  }

  private void add(Check check) {
    if (check instanceof Check.Absent) {
      add("a", check.key());
    } else if (check instanceof Check.Present) {
      add("p", check.key());
    } else if (check instanceof Check.HasVersion version) {
      add("v", check.key(), version.version());
    } else {
      Check.Within within = (Check.Within) check;
      add("w", check.key(), within.min(), within.max());
    }
  }

  private void add(Change change) {
    if (change instanceof Change.Put put) {
      add("P", put.key(), ttl(put.ttlMillis()));
      text(ValueEnvelope.kind(put.value()));
      parameters.add(ValueEnvelope.rest(put.value(), put.description()));
    } else if (change instanceof Change.Delete) {
      add("D", change.key());
    } else if (change instanceof Change.Touch touch) {
      add("T", touch.key(), ttl(touch.ttlMillis()));
    } else if (change instanceof Change.Add add) {
      add("A", add.key(), add.amount(), add.min(), add.max());
    } else {
      addRange(((Change.DeleteRange) change).range());
    }
  }

  private void addRange(Range range) {
    text("R");
    parameters.addAll(bounds(range));
    List<Integer> own = new ArrayList<>();
    places.forEach(
        (key, place) -> {
          if (range.has(key)) {
            own.add(place);
          }
        });
    text(Integer.toString(own.size()));
    own.forEach(place -> text(Integer.toString(place)));
  }

  /** The index of a range, its first member and its end, as the commands of Redis take them. */
  static List<byte[]> bounds(Range range) {
    byte[] to =
        range.isBounded()
            ? StoredKey.bound('(', StoredKey.member(range.to()))
            : StoredKey.bound('+');
    return List.of(
        StoredKey.ofIndex(range.from()), StoredKey.bound('[', StoredKey.member(range.from())), to);
  }

  /**
   * @throws Failure when it is too long
   */
  static long ttl(long millis) {
    if (millis > MAX_TTL_MILLIS) {
      throw Failure.invalid(
          "time to live: %d ms (expected: at most %d)".formatted(millis, MAX_TTL_MILLIS));
    }
    return millis;
  }

  private void add(String letter, Key key, long... numbers) {
    text(letter);
    text(Integer.toString(places.computeIfAbsent(key, absent -> places.size() + 1)));
    for (long number : numbers) {
      text(Long.toString(number));
    }
  }

  private void text(String text) {
    parameters.add(text.getBytes(UTF_8));
  }
}
