package io.purpledb.engine;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Commits, scans and claims over few keys, so that they meet. */
final class RandomCommits {

  static final List<String> NAMESPACES = List.of("default", "other");
  static final List<String> SERVICES = List.of("kv", "set");

  /** In the order of their UTF-8, which is not that of their chars. */
  private static final List<String> NAMES =
      List.of("a", "a\0", "ab", "b", "\u00e9", "\uffee", "\ud83d\ude00");

  private static final List<String> ITEMS =
      List.of("", "", "\0", "1", "2", "\ue000", "\ud83d\ude00");
  private static final int MOST_TTL = 50;

  private final Random random;

  RandomCommits(long seed) {
    this.random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  Key key() {
    return new Key(any(NAMESPACES), any(SERVICES), any(NAMES), any(ITEMS));
  }

  private Key name() {
    return Key.of(any(NAMESPACES), any(SERVICES), any(NAMES));
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private <T> List<T> some(int most, Supplier<T> one) {
    return IntStream.range(0, random.nextInt(most + 1)).mapToObj(i -> one.get()).toList();
  }

  /**
   * A commit, and sometimes one that is refused.
   *
   * @param there what is there, to ask for versions that are right
   */
  Commit commit(Map<Key, Entry> there) {
    List<Check> checks = random.nextInt(3) == 0 ? some(2, () -> check(there)) : List.of();
    List<Change> changes = some(4, this::change);
    List<Key> reads = some(3, this::key);
    List<Key> itemsOf = random.nextBoolean() ? List.of() : some(2, this::name);
    return checks.size() + changes.size() + reads.size() + itemsOf.size() == 0
        ? Commit.answering(change())
        : new Commit(checks, changes, reads, itemsOf);
  }

  private Check check(Map<Key, Entry> there) {
    Key key = key();
    @Nullable Entry entry = there.get(key);
    return switch (random.nextInt(4)) {
      case 0 -> new Check.Absent(key);
      case 1 -> new Check.Present(key);
      case 2 -> new Check.Within(key, -random.nextInt(5), random.nextInt(5));
      default ->
          new Check.HasVersion(key, entry == null || random.nextInt(4) == 0 ? 1 : entry.version());
    };
  }

  private Change change() {
    Key key = key();
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> new Change.Put(key, value(), description(), ttl());
      case 3 -> new Change.Delete(key);
      case 4 -> new Change.Touch(key, random.nextBoolean() ? Change.FOREVER : someTime());
      case 5 -> random.nextInt(4) == 0 ? new Change.DeleteRange(range()) : new Change.Delete(key);
      default ->
          random.nextInt(4) == 0
              ? new Change.Add(key, random.nextLong(), Long.MIN_VALUE, Long.MAX_VALUE)
              : new Change.Add(key, random.nextInt(5) - 2, -3, 3);
    };
  }

  private Value value() {
    return random.nextBoolean()
        ? new Value.OfNumber(random.nextInt(7) - 3)
        : new Value.OfBytes(ByteString.copyFromUtf8("v" + random.nextInt(9)));
  }

  private Description description() {
    return random.nextInt(3) == 0
        ? new Description("text/plain", Map.of("n", "" + random.nextInt(3)))
        : Description.NONE;
  }

  private long ttl() {
    return switch (random.nextInt(3)) {
      case 0 -> Change.KEEP;
      case 1 -> someTime();
      default -> Change.FOREVER;
    };
  }

  private long someTime() {
    return 1L + random.nextInt(MOST_TTL);
  }

  /** All of a service, one name, the items before one, or any two ends. */
  Range range() {
    Key key = key();
    return switch (random.nextInt(4)) {
      case 0 -> Range.of(key.namespace(), key.service());
      case 1 -> Range.items(key.namespace(), key.service(), key.name());
      case 2 -> Range.itemsBefore(key);
      default -> {
        Key other = new Key(key.namespace(), key.service(), any(NAMES), any(ITEMS));
        yield new Range(key, other);
      }
    };
  }

  Claim claim() {
    return new Claim(range(), 1 + random.nextInt(3), any(NAMES), any(ITEMS));
  }

  /** All namespaces and services. */
  static List<Range> everything() {
    List<Range> all = new ArrayList<>();
    NAMESPACES.forEach(n -> SERVICES.forEach(s -> all.add(Range.of(n, s))));
    return all;
  }
}
