package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.kindThrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a read of one key answers, which may be from memory, on a disk that is slow or fails. */
@Timeout(120)
final class DiskGetTest {

  private static final Key A = Key.of("n", "kv", "a");
  private static final Key B = Key.of("n", "kv", "b");
  private static final int KEYS = 4;
  private static final int WRITES = 400;

  /** Of what was read last, for some of the keys: others are read anew while they are changed. */
  private static final int KNOWN_BYTES = 700;

  private static final DiskMemory MEMORY =
      new DiskMemory(8 << 20, 8 << 20, 4 << 20, 8 << 20, 32 << 10, 8 << 20, KNOWN_BYTES);

  private final Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final Engine engine;

  DiskGetTest(@TempDir Path parent) throws Exception {
    directory = Files.createDirectory(parent.resolve("data"));
    ShadowDisk.register();
    engine =
        DiskEngine.open(
            vertx,
            directory,
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

  private static Key key(int i) {
    return Key.of("n", "kv", "k" + i);
  }

  private Future<Committed> put(Key key, long number) {
    return engine.commit(
        Call.NOTHING,
        Commit.of(
            new Change.Put(key, new Value.OfNumber(number), Description.NONE, Change.FOREVER)));
  }

  private Future<@Nullable Entry> get(Key key) {
    return engine.get(Call.NOTHING, key);
  }

  private static long number(@Nullable Entry entry) {
    return entry == null ? 0 : ((Value.OfNumber) entry.value()).number();
  }

  private void awaitHealth() {
    while (engine.health().failed()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void whatIsKnownIsAnsweredAtOnceUntilItIsChanged() throws Exception {
    await(put(A, 1));
    await(get(A));
    assertThat(get(A).isComplete()).isTrue();
    ForceGate gate = new ForceGate(log());
    Future<Committed> write = put(A, 2);
    gate.awaitForce(); // it is committed: H2 would show it

    Future<@Nullable Entry> meanwhile = get(A);
    await(get(Key.of("n", "kv", "other"))); // reads are served in their order
    assertThat(List.of(write, meanwhile)).noneMatch(Future::isComplete);

    gate.open();
    assertThat(number(await(meanwhile))).isEqualTo(2);
    await(write);
    Future<@Nullable Entry> afterwards = get(A);
    assertThat(afterwards.isComplete()).isTrue();
    assertThat(afterwards.result()).isEqualTo(await(engine.read(Call.NOTHING, List.of(A))).get(0));
  }

  @Test
  void afterAForceThatFailedItIsWhatTheDatabaseHas() throws Exception {
    await(put(A, 1));
    await(get(A));
    await(put(B, 1));
    await(get(B));
    assertThat(get(B).isComplete()).isTrue();
    log().failForces(1);

    assertThat(kindThrownBy(put(A, 2))).isEqualTo(Failure.Kind.UNAVAILABLE);
    Future<@Nullable Entry> known = get(B);
    if (engine.health().failed()) { // still, so it was before
      assertThat(known.succeeded()).isFalse();
    }
    awaitHealth();

    for (int i = 0; i < 2; i++) {
      assertThat(await(get(A))).isEqualTo(await(engine.read(Call.NOTHING, List.of(A))).get(0));
    }
  }

  /**
   * Each key is written by one, with growing numbers; whoever reads it sees no fewer than before.
   */
  @Test
  void nobodyReadsBackwardsOrBehindWhatWasAcknowledged() throws Exception {
    AtomicLongArray acknowledged = new AtomicLongArray(KEYS);
    AtomicBoolean ended = new AtomicBoolean();
    List<CompletableFuture<?>> writing = new ArrayList<>();
    List<CompletableFuture<Long>> reading = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      int which = i;
      writing.add(
          CompletableFuture.runAsync(
              () -> write(which, acknowledged), task -> new Thread(task).start()));
    }
    for (int i = 0; i < KEYS; i++) {
      reading.add(
          CompletableFuture.supplyAsync(
              () -> readAll(acknowledged, ended), task -> new Thread(task).start()));
    }
    CompletableFuture<?> all = CompletableFuture.allOf(writing.toArray(CompletableFuture[]::new));
    Random random = new Random(1);
    while (!all.isDone()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(50)));
      log().failForces(random.nextInt(4) == 0 ? 1 : 0);
      ShadowDisk.full(directory, random.nextInt(4) == 0);
    }
    ShadowDisk.full(directory, false);
    all.join();
    ended.set(true);
    for (CompletableFuture<Long> one : reading) {
      assertThat(one.join()).as("reads").isGreaterThan(WRITES);
    }
  }

  private void write(int which, AtomicLongArray acknowledged) {
    for (long number = 1; number <= WRITES; number++) {
      Future<Committed> write = put(key(which), number);
      if (await(write.otherwiseEmpty()) != null) {
        acknowledged.set(which, number);
      }
      LockSupport.parkNanos(number % 4 * 200_000); // so long something stale could be read
    }
  }

  private long readAll(AtomicLongArray acknowledged, AtomicBoolean ended) {
    long reads = 0;
    long[] seen = new long[KEYS];
    while (!ended.get()) {
      int which = (int) (reads++ % KEYS);
      long least = Math.max(seen[which], acknowledged.get(which));
      Future<@Nullable Entry> read = get(key(which));
      Boolean failed = await(read.map(false).otherwise(true));
      if (!failed) {
        assertThat(number(read.result())).as("key %d", which).isGreaterThanOrEqualTo(least);
        seen[which] = number(read.result());
      }
    }
    return reads;
  }
}
