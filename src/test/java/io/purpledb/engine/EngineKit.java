package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.linearizability.Action;
import io.purpledb.linearizability.Action.Result;
import io.purpledb.linearizability.Checker;
import io.purpledb.linearizability.Verdict;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.support.time.FakeClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Proves an engine: that it does what {@link Engine} says. One subclass for each engine. */
@Timeout(120)
public abstract class EngineKit {

  private static final int CHANGES_AT_ONCE = 500;
  private static final int CALLERS = 64;
  private static final int CALLS_OF_EACH = 4;
  private static final String N = Call.DEFAULT_NAMESPACE;

  private final FakeClock clock = new FakeClock();
  private Vertx vertx;
  private Engine engine;

  /** A new engine without entries. */
  protected abstract Engine open(Vertx vertx, InstantSource clock);

  /** The one of this test. */
  final Engine engine() {
    return engine;
  }

  final FakeClock clock() {
    return clock;
  }

  /** Closes the engine and opens it again, at the same place. */
  final void reopen() throws Exception {
    await(engine.close());
    engine = open(vertx, clock);
  }

  @BeforeEach
  final void open() {
    vertx = Vertx.vertx();
    engine = open(vertx, clock);
  }

  @AfterEach
  final void close() throws Exception {
    await(engine.close());
    await(vertx.close());
  }

  /** For a test of changes from before it watches: some engines keep none until somebody does. */
  void keepChanges() throws Exception {}

  /** Random commits, claims and scans, of which each must answer what a sorted map would. */
  @RepeatedTest(3)
  final void doesWhatASortedMapDoes() throws Exception {
    long seed = System.nanoTime();
    RandomCommits random = new RandomCommits(seed);
    ModelEngine model = new ModelEngine();
    for (int i = 0; i < randomCommits(); i++) {
      String what = "seed %d, step %d".formatted(seed, i);
      Map<Key, Entry> before = new TreeMap<>(model.alive(clock.millis()));
      switch (random.below(8)) {
        case 0 -> clock.advance(random.below(20));
        case 1 -> claim(random.claim(), model, what);
        case 2 -> scan(random, model, what);
        default -> commit(random.commit(before), model, what);
      }
      learn(model, before, what);
    }
  }

  /** How many of them are tried at a time; fewer where each takes long. */
  int randomCommits() {
    return 3_000;
  }

  private void commit(Commit commit, ModelEngine model, String what) throws Exception {
    Committed done = await(engine.commit(Call.NOTHING, commit));

    assertThat(done.refusedBy())
        .as("%s: %s", what, commit)
        .isEqualTo(model.commit(commit, clock.millis()));
    NavigableMap<Key, Entry> there = model.alive(clock.millis());
    assertThat(done.entries()).as(what).hasSameSizeAs(commit.reads());
    for (int i = 0; i < commit.reads().size(); i++) {
      Entry read = done.entries().get(i);
      Entry expected = there.get(commit.reads().get(i));
      assertThat(read == null ? Map.of() : ModelEngine.withoutVersions(List.of(read)))
          .as("%s: read %d of %s", what, i, commit)
          .isEqualTo(expected == null ? Map.of() : ModelEngine.withoutVersions(List.of(expected)));
    }
    assertThat(done.items())
        .as("%s: %s", what, commit)
        .isEqualTo(
            commit.itemsOf().stream().map(name -> model.items(name, clock.millis())).toList());
  }

  private void claim(Claim claim, ModelEngine model, String what) throws Exception {
    List<Entry> claimed = await(engine.claim(Call.NOTHING, claim));

    assertThat(claimed.stream().map(Entry::key))
        .as("%s: %s", what, claim)
        .isEqualTo(model.claim(claim, clock.millis()));
  }

  private void scan(RandomCommits random, ModelEngine model, String what) throws Exception {
    Range range = random.range();
    boolean reverse = random.below(2) == 0;
    List<Entry> found = new ArrayList<>();
    Scan scan = new Scan(range, null, 1 + random.below(4), reverse);
    Page page = await(engine.scan(Call.NOTHING, scan));
    found.addAll(page.entries());
    while (page.next() != null) {
      assertThat(page.entries()).as("%s: a page that is not the last", what).hasSize(scan.limit());
      page = await(engine.scan(Call.NOTHING, scan.after(page.next())));
      found.addAll(page.entries());
    }
    List<Entry> expected = new ArrayList<>(model.scan(range, clock.millis()));
    if (reverse) {
      java.util.Collections.reverse(expected);
    }
    assertThat(found).as("%s: %s", what, scan).isEqualTo(expected);
  }

  /**
   * Compares all that there is, and takes the versions over: new with each change, and else the
   * same.
   */
  private void learn(ModelEngine model, Map<Key, Entry> before, String what) throws Exception {
    List<Entry> there = new ArrayList<>();
    there.addAll(everything());
    assertThat(ModelEngine.withoutVersions(there))
        .as(what)
        .isEqualTo(ModelEngine.withoutVersions(model.alive(clock.millis()).values()));
    Map<Key, Entry> expected = new TreeMap<>(model.alive(clock.millis()));
    long newest = before.values().stream().mapToLong(Entry::version).max().orElse(0);
    for (Entry entry : there) {
      Entry known = before.get(entry.key());
      Entry modelled = expected.get(entry.key());
      boolean isWritten = modelled == null || modelled.version() == 0;
      if (isWritten) {
        assertThat(entry.version()).as("%s: %s", what, entry).isGreaterThan(newest);
      } else {
        assertThat(entry).as(what).isEqualTo(known);
      }
      model.learn(entry);
    }
  }

  /** All that random commits may have put there. */
  final List<Entry> everything() throws Exception {
    List<Entry> there = new ArrayList<>();
    for (Range range : RandomCommits.everything()) {
      Page page = await(engine.scan(Call.NOTHING, Scan.of(range, Scan.MAX_LIMIT)));
      there.addAll(page.entries());
    }
    return there;
  }

  private static Key counter(String name) {
    return Key.of(N, "counter", name);
  }

  static Change add(Key key, long amount) {
    return new Change.Add(key, amount, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  static Change put(Key key, String value, long ttl) {
    return new Change.Put(
        key, new Value.OfBytes(ByteString.copyFromUtf8(value)), Description.NONE, ttl);
  }

  private static final Key A = counter("a");
  private static final Key B = Key.of("other", "account", "b");

  /** Two numbers that only move together. */
  private record Accounts(long a, long b) {}

  /** Commits that span keys, services and namespaces, and reads of one and of both, all at once. */
  @RepeatedTest(5)
  final void isLinearizable() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    List<io.purpledb.linearizability.RecordedCall<Accounts>> history = new ArrayList<>();
    try {
      List<CompletableFuture<List<io.purpledb.linearizability.RecordedCall<Accounts>>>> callers =
          new ArrayList<>();
      for (int client = 0; client < CALLERS; client++) {
        int number = client;
        callers.add(CompletableFuture.supplyAsync(() -> calls(number), threads));
      }
      for (CompletableFuture<List<io.purpledb.linearizability.RecordedCall<Accounts>>> caller :
          callers) {
        history.addAll(caller.get(60, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
    Verdict verdict = Checker.check(new Accounts(0, 0), history, Duration.ofSeconds(20));

    assertThat(verdict.outcome()).as(verdict.text()).isEqualTo(Verdict.Outcome.LINEARIZABLE);
  }

  private List<io.purpledb.linearizability.RecordedCall<Accounts>> calls(int client) {
    Random random = new Random(client + System.nanoTime());
    List<io.purpledb.linearizability.RecordedCall<Accounts>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS_OF_EACH; i++) {
      long amount = 1L + (long) client * CALLS_OF_EACH + i;
      calls.add(
          switch (random.nextInt(4)) {
            case 0 -> call(client, readA(), () -> numbers(List.of(A)));
            case 1 -> call(client, readB(), () -> numbers(List.of(B)));
            case 2 -> call(client, readBoth(), () -> numbers(List.of(A, B)));
            default -> call(client, transfer(amount), () -> transferred(amount));
          });
    }
    return calls;
  }

  private interface Asking {
    Object ask() throws Exception;
  }

  private static io.purpledb.linearizability.RecordedCall<Accounts> call(
      int client, Action<Accounts> action, Asking asking) {
    long invoked = System.nanoTime();
    Object reply = unchecked(asking);
    return new io.purpledb.linearizability.RecordedCall<>(
        client, action, invoked, System.nanoTime(), reply);
  }

  private static Action<Accounts> readA() {
    return new Action<>("read a", s -> new Result<>(s, List.of(s.a())));
  }

  private static Action<Accounts> readB() {
    return new Action<>("read b", s -> new Result<>(s, List.of(s.b())));
  }

  private static Action<Accounts> readBoth() {
    return new Action<>("read", s -> new Result<>(s, List.of(s.a(), s.b())));
  }

  private static Action<Accounts> transfer(long amount) {
    return new Action<>(
        "transfer " + amount,
        s -> {
          Accounts after = new Accounts(s.a() - amount, s.b() + amount);
          return new Result<>(after, List.of(after.a(), after.b()));
        });
  }

  private List<Long> numbers(List<Key> keys) throws Exception {
    return numbersOf(await(engine.read(Call.NOTHING, keys)));
  }

  private List<Long> transferred(long amount) throws Exception {
    Commit commit = new Commit(List.of(), List.of(add(A, -amount), add(B, amount)), List.of(A, B));
    return numbersOf(await(engine.commit(Call.NOTHING, commit)).entries());
  }

  private static List<Long> numbersOf(List<@Nullable Entry> entries) {
    return entries.stream()
        .map(entry -> entry == null ? 0L : ((Value.OfNumber) entry.value()).number())
        .toList();
  }

  /** How many commits are made where a part of one might be seen. */
  int manyCommits() {
    return 200_000;
  }

  /** Two numbers always grow together: who has seen one grow finds that the other has. */
  @Test
  final void nobodySeesAPart() throws Exception {
    Commit both = new Commit(List.of(), List.of(add(A, 1), add(B, 1)), List.of());
    int readers = 3;
    ExecutorService threads = Executors.newFixedThreadPool(1 + readers);
    AtomicBoolean done = new AtomicBoolean();
    try {
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < manyCommits(); i++) {
                  unchecked(() -> await(engine.commit(Call.NOTHING, both)));
                }
              },
              threads);
      List<CompletableFuture<Void>> reading = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        reading.add(CompletableFuture.runAsync(() -> readUntil(done), threads));
      }
      writer.get(60, TimeUnit.SECONDS);
      done.set(true);
      for (CompletableFuture<Void> reader : reading) {
        reader.get(60, TimeUnit.SECONDS);
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
  }

  private void readUntil(AtomicBoolean done) {
    while (!done.get()) {
      unchecked(
          () -> {
            long a = numbers(List.of(A)).get(0);
            long b = numbers(List.of(B)).get(0);
            long later = numbers(List.of(A)).get(0);
            List<Long> both = numbers(List.of(A, B));
            assertThat(b).as("after %d was seen", a).isGreaterThanOrEqualTo(a);
            assertThat(later).as("after %d was seen", b).isGreaterThanOrEqualTo(b);
            assertThat(both.get(0)).isEqualTo(both.get(1));
            return both;
          });
    }
  }

  private static Object unchecked(Asking asking) {
    try {
      return asking.ask();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Commits that wait together, of which every second is refused, by a check or by its last change:
   * the others are all done, and nothing of a refused one is.
   */
  @Test
  final void whatIsRefusedHarmsNoNeighbour() throws Exception {
    int commits = 500;
    Key never = counter("never");
    List<Future<Committed>> all = new ArrayList<>();
    for (int i = 0; i < commits; i++) {
      all.add(engine.commit(Call.NOTHING, new Commit(List.of(), both(B), List.of(A))));
      Change outOfBounds = new Change.Add(counter("bound"), 1, 5, 9);
      all.add(
          engine.commit(
              Call.NOTHING,
              i % 2 == 0
                  ? new Commit(List.of(), List.of(add(A, 1), outOfBounds), List.of())
                  : new Commit(List.of(new Check.Present(never)), both(never), List.of())));
    }
    List<Long> sums = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Committed done = await(all.get(i));
      assertThat(done.isDone()).as("commit %d", i).isEqualTo(i % 2 == 0);
      sums.addAll(numbersOf(done.entries()));
    }

    assertThat(numbers(List.of(A, B, never, counter("bound"))))
        .containsExactly((long) commits, (long) commits, 0L, 0L);
    assertThat(sums).as("each commit has seen its own").doesNotHaveDuplicates();
  }

  private static List<Change> both(Key other) {
    return List.of(add(A, 1), add(other, 1));
  }

  /** How large values of this engine may be in a test, at least 1 KiB. */
  int largestBytes() {
    return 5 << 20;
  }

  /** Values of all sizes, put in the place of each other, touched, moved and deleted. */
  @Test
  final void keepsValuesOfAllSizes() throws Exception {
    int largest = largestBytes();
    Key key = Key.of(N, "kv", "k");
    for (int size : List.of(0, largest, 1, largest / 2, largest / 2 + 1, largest / 20, 0)) {
      Value value = bytes(size);
      Value before = bytes(largest - size);
      await(
          engine.commit(
              Call.NOTHING,
              Commit.of(new Change.Put(key, before, Description.NONE, Change.FOREVER))));
      Commit put = Commit.answering(new Change.Put(key, value, Description.NONE, Change.FOREVER));
      assertThat(await(engine.commit(Call.NOTHING, put)).entries().get(0).value()).isEqualTo(value);
      assertThat(await(engine.read(Call.NOTHING, List.of(key))).get(0).value()).isEqualTo(value);
      Commit touch = Commit.answering(new Change.Touch(key, 1_000));
      Entry touched = await(engine.commit(Call.NOTHING, touch)).entries().get(0);
      assertThat(touched.value()).isEqualTo(value);
      assertThat(await(engine.read(Call.NOTHING, List.of(key, key)))).containsOnly(touched);
      Claim claim = new Claim(Range.items(N, "kv", "k"), 1, "m", "x");
      List<Entry> moved = await(engine.claim(Call.NOTHING, claim));
      assertThat(moved.get(0).value()).isEqualTo(value);
      Page page = await(engine.scan(Call.NOTHING, Scan.of(Range.of(N, "kv"), 2)));
      assertThat(page.entries()).isEqualTo(moved);
      Commit all = Commit.of(new Change.DeleteRange(Range.of(N, "kv")));
      await(engine.commit(Call.NOTHING, all));
      Page left = await(engine.scan(Call.NOTHING, Scan.of(Range.of(N, "kv"), 1)));
      assertThat(left.entries()).isEmpty();
    }
  }

  private static Value bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return new Value.OfBytes(ByteString.copyFrom(bytes));
  }

  /** Who replays what comes behind the position of the items that it has got misses nothing. */
  @RepeatedTest(3)
  final void itemsAreAsOfTheirPosition() throws Exception {
    keepChanges();
    Key name = Key.of(N, "set", "s");
    int most = 300;
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i <= most; i++) {
                  Key item = new Key(N, "set", "s", "%03d".formatted(i));
                  unchecked(
                      () ->
                          await(
                              engine.commit(
                                  Call.NOTHING, Commit.of(put(item, "", Change.FOREVER)))));
                }
              },
              writer);
      List<String> items = List.of();
      while (items.size() < most) {
        Committed seen = await(engine.commit(Call.NOTHING, Commit.items(name)));
        items = seen.items().get(0);
        if (items.size() > most) {
          break; // nothing comes behind it
        }
        Set<String> replayed = new TreeSet<>(items);
        BlockingQueue<Event> told = new LinkedBlockingQueue<>();
        ReadStream<Event> watch = watch(Range.of(N, "set"), seen.position());
        watch.handler(told::add);
        String next = "%03d".formatted(items.size());
        while (!replayed.contains(next)) { // the first that it may miss
          Event event = told.poll(10, TimeUnit.SECONDS);
          assertThat(event).as("%s behind %s", next, items).isNotNull();
          replayed.add(event.key().item());
        }
        watch.handler(null);
        assertThat(replayed).hasSizeGreaterThan(items.size());
        assertThat(new ArrayList<>(replayed).get(items.size())).isEqualTo(next);
      }
      writing.get(60, TimeUnit.SECONDS);
    } finally {
      writer.shutdownNow();
    }
  }

  /** A bound for how long others wait. */
  @Test
  final void aRangeThatHasTooManyIsNotDeleted() throws Exception {
    Range range = Range.of(N, "queue");
    Key one = new Key(N, "queue", "q", "more");
    await(engine.commit(Call.NOTHING, Commit.of(put(one, "", Change.FOREVER))));
    for (int i = 0; i < Change.DeleteRange.MOST; i += CHANGES_AT_ONCE) {
      List<Change> puts = new ArrayList<>();
      for (int j = i; j < i + CHANGES_AT_ONCE; j++) {
        puts.add(put(new Key(N, "queue", "q", "%05d".formatted(j)), "", Change.FOREVER));
      }
      await(engine.commit(Call.NOTHING, new Commit(List.of(), puts, List.of())));
    }
    Commit deleteAll = Commit.of(new Change.DeleteRange(range));

    assertThatThrownBy(() -> await(engine.commit(Call.NOTHING, deleteAll)))
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.TOO_LARGE))
        .hasMessageContaining("more than 10000 entries");
    assertThat(await(engine.get(Call.NOTHING, one))).isNotNull();
    await(engine.commit(Call.NOTHING, Commit.of(new Change.Delete(one))));
    await(engine.commit(Call.NOTHING, deleteAll));
    assertThat(await(engine.scan(Call.NOTHING, Scan.of(range, 1))).entries()).isEmpty();
  }

  /** Two items come and go together, while others are there: all who ask see both or neither. */
  @Test
  final void itemsAreOfOneMoment() throws Exception {
    Key name = Key.of(N, "set", "s");
    Key first = new Key(N, "set", "s", "0");
    Key last = new Key(N, "set", "s", "999");
    List<Change> others = new ArrayList<>();
    for (int i = 100; i < 400; i++) {
      others.add(put(new Key(N, "set", "s", "" + i), "", Change.FOREVER));
    }
    await(engine.commit(Call.NOTHING, new Commit(List.of(), others, List.of())));
    Commit come =
        new Commit(
            List.of(),
            List.of(put(first, "", Change.FOREVER), put(last, "", Change.FOREVER)),
            List.of(),
            List.of(name));
    Commit go =
        new Commit(
            List.of(),
            List.of(new Change.Delete(first), new Change.Delete(last)),
            List.of(),
            List.of(name));
    ExecutorService threads = Executors.newFixedThreadPool(3);
    AtomicBoolean done = new AtomicBoolean();
    try {
      List<CompletableFuture<Void>> reading = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        reading.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!done.get()) {
                    Committed seen =
                        (Committed)
                            unchecked(() -> await(engine.commit(Call.NOTHING, Commit.items(name))));
                    assertBothOrNeither(seen.items().get(0));
                  }
                },
                threads));
      }
      for (int i = 0; i < manyCommits() / 200; i++) {
        List<String> with = await(engine.commit(Call.NOTHING, come)).items().get(0);
        assertThat(with).hasSize(302).contains("0", "999");
        List<String> without = await(engine.commit(Call.NOTHING, go)).items().get(0);
        assertThat(without).hasSize(300).doesNotContain("0", "999");
      }
      done.set(true);
      for (CompletableFuture<Void> reader : reading) {
        reader.get(60, TimeUnit.SECONDS);
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
  }

  private static void assertBothOrNeither(List<String> items) {
    assertThat(items.contains("0")).isEqualTo(items.contains("999"));
    assertThat(items.size()).isEqualTo(items.contains("0") ? 302 : 300);
  }

  /** No two of many callers get the same, and none is lost. */
  @Test
  final void aClaimIsAlone() throws Exception {
    int jobs = 500;
    for (int i = 0; i < jobs; i++) {
      Key job = new Key(N, "queue", "ready", "%04d".formatted(i));
      await(engine.commit(Call.NOTHING, Commit.of(put(job, "" + i, Change.FOREVER))));
    }
    Claim claim = new Claim(Range.items(N, "queue", "ready"), 3, "taken", "");
    List<CompletableFuture<List<String>>> takers = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int i = 0; i < 8; i++) {
        takers.add(CompletableFuture.supplyAsync(() -> takeAll(claim), threads));
      }
      List<String> taken = new ArrayList<>();
      for (CompletableFuture<List<String>> taker : takers) {
        List<String> own = taker.get(60, TimeUnit.SECONDS);
        assertThat(own).as("in order").isSorted();
        taken.addAll(own);
      }
      assertThat(taken).hasSize(jobs).doesNotHaveDuplicates();
    } finally {
      threads.shutdownNow();
    }
  }

  private List<String> takeAll(Claim claim) {
    List<String> taken = new ArrayList<>();
    try {
      List<Entry> some = await(engine.claim(Call.NOTHING, claim));
      while (!some.isEmpty()) {
        some.forEach(entry -> taken.add(entry.key().item()));
        some = await(engine.claim(Call.NOTHING, claim));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return taken;
  }

  /** Who replays what it was told has what is there. */
  @RepeatedTest(3)
  final void tellsEveryChange() throws Exception {
    long seed = System.nanoTime();
    RandomCommits random = new RandomCommits(seed);
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    Range range = Range.of(N, "kv");
    watch(range, Engine.NOW).handler(told::add);
    for (int i = 0; i < 1_000; i++) {
      if (random.below(5) == 0) {
        clock.advance(random.below(20));
      }
      await(engine.commit(Call.NOTHING, random.commit(Map.of())));
      if (random.below(10) == 0) {
        await(engine.claim(Call.NOTHING, random.claim()));
      }
    }
    Map<Key, Entry> replayed = replay(told, last(Key.of(N, "kv", "\ud83d\ude00last")), seed);

    Page page = await(engine.scan(Call.NOTHING, Scan.of(range, Scan.MAX_LIMIT)));
    replayed.values().removeIf(entry -> !entry.isAlive(clock.millis()));
    assertThat(replayed.values()).as("seed %d", seed).containsExactlyElementsOf(page.entries());
  }

  private Key last(Key key) throws Exception {
    await(engine.commit(Call.NOTHING, Commit.of(put(key, "last", Change.FOREVER))));
    return key;
  }

  private static Map<Key, Entry> replay(BlockingQueue<Event> told, Key last, long seed)
      throws InterruptedException {
    Map<Key, Entry> replayed = new TreeMap<>();
    long position = 0;
    Event event;
    do {
      event = told.poll(10, TimeUnit.SECONDS);
      assertThat(event).as("seed %d: the last change", seed).isNotNull();
      assertThat(event.kind()).isNotEqualTo(Event.Kind.GAP);
      assertThat(event.position()).as("seed %d", seed).isGreaterThan(position);
      position = event.position();
      Entry entry = event.entry();
      if (entry == null) {
        assertThat(replayed.remove(event.key())).as("%s was there", event).isNotNull();
      } else {
        assertThat(entry.version()).isEqualTo(position);
        replayed.put(event.key(), entry);
      }
    } while (!event.key().equals(last));
    return replayed;
  }

  final ReadStream<Event> watch(Range range, long after) throws Exception {
    return engine.watch(Call.NOTHING, range, after);
  }

  @Test
  final void goesOnFromAPosition() throws Exception {
    keepChanges();
    Key key = Key.of(N, "kv", "k");
    long first =
        await(engine.commit(Call.NOTHING, Commit.of(put(key, "1", Change.FOREVER)))).position();
    await(engine.commit(Call.NOTHING, Commit.of(put(key, "2", Change.FOREVER))));
    await(engine.commit(Call.NOTHING, Commit.of(new Change.Delete(key))));
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();

    watch(Range.of(N, "kv"), first).handler(told::add);

    Event put = told.poll(10, TimeUnit.SECONDS);
    assertThat(put.kind()).isEqualTo(Event.Kind.PUT);
    assertThat(put.position()).isGreaterThan(first);
    Event deleted = told.poll(10, TimeUnit.SECONDS);
    assertThat(deleted.kind()).isEqualTo(Event.Kind.DELETED);
    assertThat(deleted.entry()).isNull();
  }

  int moreChangesThanAreKept() {
    return 40_000;
  }

  /** One who does not read is told later what is still known, and before that of what is not. */
  @Test
  final void saysWhatIsNotKnownAnyMore() throws Exception {
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    ReadStream<Event> watch = watch(Range.of(N, "kv"), Engine.NOW);
    watch.pause().handler(told::add);
    int changes = moreChangesThanAreKept();
    for (int i = 0; i < changes; i += CHANGES_AT_ONCE) {
      List<Change> puts = new ArrayList<>();
      for (int j = 0; j < CHANGES_AT_ONCE; j++) {
        puts.add(put(Key.of(N, "kv", "k" + j), "" + i, Change.FOREVER));
      }
      await(engine.commit(Call.NOTHING, new Commit(List.of(), puts, List.of())));
    }
    assertThat(told).isEmpty();

    watch.fetch(2);

    Event gap = told.poll(10, TimeUnit.SECONDS);
    assertThat(gap.kind()).isEqualTo(Event.Kind.GAP);
    Event next = told.poll(10, TimeUnit.SECONDS);
    assertThat(next.kind()).isEqualTo(Event.Kind.PUT);
    assertThat(next.position()).isEqualTo(gap.position() + 1);
    assertThat(told.poll(100, TimeUnit.MILLISECONDS)).as("it was asked for two").isNull();
  }

  @Test
  final void freesWhatHasExpiredAndSaysSo() throws Exception {
    Key key = Key.of(N, "cache", "k");
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    watch(Range.of(N, "cache"), Engine.NOW).handler(told::add);
    await(engine.commit(Call.NOTHING, Commit.of(put(key, "v", 1_000))));
    assertThat(told.poll(10, TimeUnit.SECONDS).kind()).isEqualTo(Event.Kind.PUT);

    clock.advance(999);
    assertThat(await(engine.read(Call.NOTHING, List.of(key))).get(0)).isNotNull();
    clock.advance(1);
    assertThat(await(engine.read(Call.NOTHING, List.of(key))).get(0)).isNull();

    Event expired = told.poll(10, TimeUnit.SECONDS);
    assertThat(expired.kind()).isEqualTo(Event.Kind.EXPIRED);
    assertThat(expired.key()).isEqualTo(key);
    assertThat(told.poll(100, TimeUnit.MILLISECONDS)).as("once").isNull();
  }

  @Test
  final void doesNotBeginWhatNobodyWaitsFor() throws Exception {
    Key key = Key.of(N, "kv", "late");
    Call late = Call.within(0);

    assertThatThrownBy(() -> await(engine.commit(late, Commit.of(put(key, "v", Change.FOREVER)))))
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.TIMED_OUT));
    assertThatThrownBy(() -> await(engine.claim(late, new Claim(Range.of(N, "kv"), 1, "x", ""))))
        .isInstanceOf(Failure.class);
    assertThat(await(engine.read(Call.NOTHING, List.of(key))).get(0)).isNull();
  }

  @Test
  final void aWatchEndsAtItsDeadline() throws Exception {
    CompletableFuture<Void> ended = new CompletableFuture<>();

    engine
        .watch(Call.within(20), Range.of(N, "kv"), Engine.NOW)
        .endHandler(ended::complete)
        .handler(event -> {});

    assertThat(ended.get(10, TimeUnit.SECONDS)).isNull();
  }

  static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
