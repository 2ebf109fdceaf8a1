package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.kindThrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Notices;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine on a disk that is slow, full, or loses what was not forced. */
@Timeout(120)
class DiskEngineFaultsTest {

  private static final Range KV = Range.of("n", "kv");
  private static final Key A = Key.of("n", "kv", "a");
  private static final Key B = Key.of("n", "kv", "b");
  private static final Key OTHER = Key.of("n", "counter", "other");
  private static final DiskMemory MEMORY =
      new DiskMemory(
          8 << 20, 8 << 20, 4 << 20, 8 << 20, 32 << 10, 8 << 20,
          1 << 20); // so that there are many checkpoints

  private final Path parent;
  private final Path directory;
  private final Vertx vertx = Vertx.vertx();
  private Engine engine;

  DiskEngineFaultsTest(@TempDir Path parent) throws Exception {
    this.parent = parent;
    directory = Files.createDirectory(parent.resolve("data"));
    ShadowDisk.register();
    engine = open(directory);
  }

  private Engine open(Path place) {
    return DiskEngine.open(
        vertx,
        place,
        Durability.FSYNC,
        InstantSource.system(),
        1_000,
        List.of("counter", "kv"),
        "shadow:",
        MEMORY,
        10);
  }

  @AfterEach
  void close() {
    await(engine.close());
    await(vertx.close());
    ShadowDisk.forget(directory);
  }

  private Shadow log() {
    return ShadowDisk.of(directory.resolve("entries.redo"));
  }

  private static Change put(Key key, long number) {
    return new Change.Put(key, new Value.OfNumber(number), Description.NONE, Change.FOREVER);
  }

  private static Change put(Key key, ByteString bytes) {
    return new Change.Put(key, new Value.OfBytes(bytes), Description.NONE, Change.FOREVER);
  }

  private Future<Committed> commit(Change... changes) {
    return engine.commit(Call.NOTHING, new Commit(List.of(), List.of(changes), List.of()));
  }

  private Future<List<@Nullable Entry>> read(Key... keys) {
    return engine.read(Call.NOTHING, List.of(keys));
  }

  private static long number(@Nullable Entry entry) {
    return entry == null ? 0 : ((Value.OfNumber) entry.value()).number();
  }

  @Test
  void nobodySeesWhatIsNotDurable() throws Exception {
    await(commit(put(A, 1), put(B, 1), put(OTHER, 1)));
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    engine.watch(Call.NOTHING, KV, Engine.NOW).handler(told::add);
    ForceGate gate = new ForceGate(log());
    Future<Committed> write = commit(put(A, 2), put(B, 2));
    gate.awaitForce(); // it is committed: H2 would show it

    Future<List<@Nullable Entry>> one = read(A);
    Future<List<@Nullable Entry>> both = read(OTHER, B);
    Future<Page> page = engine.scan(Call.NOTHING, Scan.of(KV, 10));
    assertThat(number(await(read(OTHER)).get(0))).isEqualTo(1); // they are served in their order
    assertThat(List.of(write, one, both, page)).noneMatch(Future::isComplete);
    assertThat(told).isEmpty();

    gate.open();
    assertThat(number(await(one).get(0))).isEqualTo(2);
    assertThat(await(both)).extracting(DiskEngineFaultsTest::number).containsExactly(1L, 2L);
    assertThat(await(page).entries())
        .extracting(DiskEngineFaultsTest::number)
        .containsExactly(2L, 2L);
    assertThat(told.poll(10, TimeUnit.SECONDS).key()).isEqualTo(A);
    assertThat(write.succeeded()).isTrue();
  }

  @Test
  void whatWaitsLongerThanItsCallerIsTakenOut() throws Exception {
    await(commit(put(A, 1)));
    ForceGate gate = new ForceGate(log());
    Future<Committed> first = commit(put(OTHER, 1));
    gate.awaitForce();
    Call call = Call.within(1);
    Future<Committed> commit = engine.commit(call, Commit.of(put(A, 2)));
    Future<List<Entry>> claim = engine.claim(call, new Claim(KV, 1, "claimed", ""));
    Future<Committed> later = commit(put(B, 2));
    while (!call.isOver()) {
      LockSupport.parkNanos(1_000_000);
    }
    gate.open();

    assertThat(kindThrownBy(commit)).isEqualTo(Failure.Kind.TIMED_OUT);
    assertThat(kindThrownBy(claim)).isEqualTo(Failure.Kind.TIMED_OUT);
    assertThat(first.succeeded()).isTrue();
    await(later);
    assertThat(await(read(A, B))).extracting(DiskEngineFaultsTest::number).containsExactly(1L, 2L);
    assertThat(kindThrownBy(engine.read(call, List.of(A)))).isEqualTo(Failure.Kind.TIMED_OUT);
  }

  /** What becomes of it is not known; who watches is told so, or of the change itself. */
  @Test
  void afterAForceThatFailedPositionsGoOn() throws Exception {
    long before = await(commit(put(A, 1))).position();
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    engine.watch(Call.NOTHING, KV, Engine.NOW).handler(told::add);
    log().failForces(1);

    assertThat(kindThrownBy(commit(put(A, 2), put(B, 2)))).isEqualTo(Failure.Kind.UNAVAILABLE);
    while (engine.health().failed()) {
      LockSupport.parkNanos(1_000_000);
    }

    List<@Nullable Entry> found = await(read(A, B));
    boolean isDone = number(found.get(0)) == 2;
    assertThat(found)
        .extracting(DiskEngineFaultsTest::number)
        .isEqualTo(isDone ? List.of(2L, 2L) : List.of(1L, 0L));
    long position = await(commit(put(A, 3))).position();
    assertThat(position).isEqualTo(before + (isDone ? 3 : 1));
    Event next = told.poll(10, TimeUnit.SECONDS);
    if (isDone) {
      assertThat(next.kind()).isEqualTo(Event.Kind.GAP);
      next = told.poll(10, TimeUnit.SECONDS);
    }
    assertThat(next.kind()).isEqualTo(Event.Kind.PUT);
    assertThat(next.position()).isEqualTo(position);
  }

  @Test
  void onAFullDiskDeletionsAndReadsAreServed() throws Exception {
    List<Future<?>> filling = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      filling.add(commit(put(Key.of("n", "kv", "k" + i), bytes(1_000))));
    }
    Disk.awaitSuccess(filling);
    ShadowDisk.full(directory, true);
    Future<Committed> refused = commit(put(A, bytes(1_000)));
    for (int i = 0; refused.succeeded() || !refused.isComplete(); i++) {
      await(refused.otherwiseEmpty());
      refused = commit(put(Key.of("n", "kv", "more" + i), bytes(1_000)));
      await(refused.otherwiseEmpty());
    }
    assertThat(kindThrownBy(refused)).isEqualTo(Failure.Kind.STORAGE_FULL);
    assertThat(kindThrownBy(commit(new Change.Delete(key(0)), put(B, 1))))
        .isEqualTo(Failure.Kind.STORAGE_FULL);
    assertThat(await(read(key(0), B)))
        .satisfiesExactly(e -> assertThat(e).isNotNull(), e -> assertThat(e).isNull());

    await(commit(new Change.Delete(key(0))));
    Key upTo = Key.of("n", "kv", "k2");
    await(commit(new Change.DeleteRange(new Range(Key.of("n", "kv", "k1"), upTo))));

    assertThat(await(read(key(0), key(1), key(199)))).containsOnlyNulls();
    assertThat(await(read(key(2))).get(0)).isNotNull();
    ShadowDisk.full(directory, false);
    while (!Notices.of(vertx).now().isEmpty()) {
      LockSupport.parkNanos(1_000_000);
    }
    await(commit(put(B, 1)));
    assertThat(number(await(read(B)).get(0))).isEqualTo(1);
  }

  /** A sum that was undone is not what the next one adds to. */
  @Test
  void whatAFullDiskRefusesIsNotAddedTo() throws Exception {
    Change one = new Change.Add(A, 1, 0, Long.MAX_VALUE);
    await(commit(one));
    long sum = 1;
    ShadowDisk.full(directory, true);
    Future<Committed> adding = commit(one, put(B, bytes(10_000)));
    while (await(adding.otherwiseEmpty()) != null) {
      sum++;
      adding = commit(one, put(B, bytes(10_000)));
    }
    assertThat(kindThrownBy(adding)).isEqualTo(Failure.Kind.STORAGE_FULL);

    ShadowDisk.full(directory, false);
    while (!Notices.of(vertx).now().isEmpty()) {
      LockSupport.parkNanos(1_000_000);
    }
    await(commit(one));
    assertThat(number(await(read(A)).get(0))).isEqualTo(sum + 1);
  }

  private static Key key(int i) {
    return Key.of("n", "kv", "k" + i);
  }

  private static ByteString bytes(int size) {
    return ByteString.copyFrom(new byte[size]);
  }

  /** After a power cut there is what was acknowledged, and of the rest all or nothing. */
  @Test
  void aPowerCutLeavesNothingByHalf() throws Exception {
    Random random = new Random(1);
    for (int cut = 0; cut < 5; cut++) {
      Path found = Files.createDirectory(parent.resolve("found" + cut));
      List<Future<Committed>> commits = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Key large = Key.of("n", "kv", "large" + i % 3);
        commits.add(
            commit(
                new Change.Add(A, 1, 0, Long.MAX_VALUE),
                new Change.Add(OTHER, 1, 0, Long.MAX_VALUE),
                put(large, bytes(i % 50 == 0 ? 3 << 20 : 100))));
      }
      await(commits.get(random.nextInt(commits.size())));
      long least = commits.stream().filter(Future::succeeded).count();
      ShadowDisk.cutPower(directory, found, random);
      Disk.awaitSuccess(commits);
      Engine afterwards = open(found);
      List<@Nullable Entry> both = await(afterwards.read(Call.NOTHING, List.of(A, OTHER)));
      assertThat(number(both.get(0))).isEqualTo(number(both.get(1)));
      assertThat(number(both.get(0))).isGreaterThanOrEqualTo(300L * cut + least);
      long newest = Math.max(version(both.get(0)), version(both.get(1)));
      Committed next = await(afterwards.commit(Call.NOTHING, Commit.of(put(B, 1))));
      assertThat(next.position()).isGreaterThan(newest);
      await(afterwards.close());
      ShadowDisk.forget(found);
    }
  }

  private static long version(@Nullable Entry entry) {
    return entry == null ? 0 : entry.version();
  }
}
