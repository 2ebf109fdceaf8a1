package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that commits until it is killed, and says what was acknowledged. Each of its workers
 * counts, in several services with each commit.
 */
final class CommittingProcess {

  static final int WORKERS = 8;

  private static final int ITEMS = 10;
  private static final int LARGE_EVERY = 7;
  private static final int LARGE_BYTES = 300 << 10;
  private static final long DAY = 86_400_000;

  private final Engine engine;

  private CommittingProcess(Engine engine) {
    this.engine = engine;
  }

  /**
   * What was acknowledged.
   *
   * @param number how far the worker has counted
   */
  record Line(int worker, long number, long position) {

    private static final Pattern WHOLE = Pattern.compile("(\\d+) (\\d+) (\\d+);");

    /** Nothing when a line is not whole. */
    static Optional<Line> of(String text) {
      Matcher m = WHOLE.matcher(text);
      return m.matches()
          ? Optional.of(
              new Line(
                  Integer.parseInt(m.group(1)),
                  Long.parseLong(m.group(2)),
                  Long.parseLong(m.group(3))))
          : Optional.empty();
    }

    String text() {
      return "%d %d %d;".formatted(worker, number, position);
    }
  }

  /**
   * Runs it.
   *
   * @param args the class of the {@link EngineOpener}, and the directory
   */
  public static void main(String[] args) throws Exception {
    EngineOpener opener =
        Class.forName(args[0])
            .asSubclass(EngineOpener.class)
            .getDeclaredConstructor()
            .newInstance();
    Engine engine = opener.open(Vertx.vertx(), InstantSource.system(), Path.of(args[1]));
    CommittingProcess process = new CommittingProcess(engine);
    for (int worker = 0; worker < WORKERS; worker++) {
      int number = worker;
      new Thread(() -> process.work(number)).start();
    }
  }

  private void work(int worker) {
    try {
      for (long n = number(engine, kv(worker)) + 1; ; n++) {
        EngineKit.await(engine.commit(Call.NOTHING, refused(worker)));
        Committed done = EngineKit.await(engine.commit(Call.NOTHING, commit(worker, n)));
        System.out.println(new Line(worker, n, done.position()).text());
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Key kv(int worker) {
    return Key.of("default", "kv", "w" + worker);
  }

  private static Key counter(int worker) {
    return Key.of("default", "counter", "w" + worker);
  }

  private static Key large(int worker) {
    return Key.of("other", "kv", "large" + worker);
  }

  private static Key item(int worker, long n) {
    return new Key("default", "set", "w" + worker, "item" + n % ITEMS);
  }

  private static Key deleted(int worker, long n) {
    return item(worker, n + ITEMS / 2);
  }

  private static Change put(Key key, Value value, long ttl) {
    return new Change.Put(key, value, Description.NONE, ttl);
  }

  private static Commit commit(int worker, long n) {
    ByteBuffer bytes = ByteBuffer.allocate(n % LARGE_EVERY == 0 ? LARGE_BYTES : Long.BYTES);
    bytes.putLong(0, n);
    List<Change> changes = new ArrayList<>();
    changes.add(EngineKit.add(counter(worker), 1));
    changes.add(put(item(worker, n), new Value.OfNumber(n), DAY + n));
    changes.add(put(large(worker), new Value.OfBytes(ByteString.copyFrom(bytes)), Change.FOREVER));
    changes.add(new Change.Delete(deleted(worker, n)));
    changes.add(put(kv(worker), new Value.OfNumber(n), Change.FOREVER));
    return new Commit(List.of(), changes, List.of());
  }

  /** Would count too far. */
  private static Commit refused(int worker) {
    return new Commit(
        List.of(),
        List.of(EngineKit.add(counter(worker), 1), new Change.Add(kv(worker), 1, -1, -1)),
        List.of());
  }

  private static long number(Engine engine, Key key) throws Exception {
    Entry entry = EngineKit.await(engine.read(Call.NOTHING, List.of(key))).get(0);
    return entry == null ? 0 : ((Value.OfNumber) entry.value()).number();
  }

  /** Fails when an engine has not what was acknowledged, or a part of what was not. */
  static void check(Engine engine, Line last, String what) throws Exception {
    int worker = last.worker();
    Entry kv = EngineKit.await(engine.read(Call.NOTHING, List.of(kv(worker)))).get(0);
    assertThat(kv).as("%s: %s", what, last).isNotNull();
    long n = ((Value.OfNumber) kv.value()).number();
    assertThat(n).as("%s: %s, or one more", what, last).isIn(last.number(), last.number() + 1);
    if (n == last.number()) {
      assertThat(kv.version()).as("%s: %s", what, last).isEqualTo(last.position());
    } else {
      assertThat(kv.version()).as("%s: %s", what, last).isGreaterThan(last.position());
    }
    assertThat(number(engine, counter(worker))).as("%s: %s", what, last).isEqualTo(n);
    Entry large = EngineKit.await(engine.read(Call.NOTHING, List.of(large(worker)))).get(0);
    ByteString bytes = ((Value.OfBytes) large.value()).content();
    assertThat(bytes.size()).isEqualTo(n % LARGE_EVERY == 0 ? LARGE_BYTES : Long.BYTES);
    assertThat(bytes.asReadOnlyByteBuffer().getLong()).as("%s: %s", what, last).isEqualTo(n);
    Map<Key, Value> expected = new TreeMap<>();
    for (long i = Math.max(1, n - 2 * ITEMS); i <= n; i++) {
      expected.put(item(worker, i), new Value.OfNumber(i));
      expected.remove(deleted(worker, i));
    }
    Map<Key, Value> found = new TreeMap<>();
    Range items = Range.items("default", "set", "w" + worker);
    Page page = EngineKit.await(engine.scan(Call.NOTHING, Scan.of(items, Scan.MAX_LIMIT)));
    page.entries().forEach(entry -> found.put(entry.key(), entry.value()));
    assertThat(found).as("%s: %s", what, last).isEqualTo(expected);
  }
}
