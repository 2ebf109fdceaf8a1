package io.purpledb.backend.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.SetService;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The room of the data in memory: what is refused, what goes on, and that it is counted right. */
class MemoryBudgetTest {

  private static final long LIMIT = 1 << 20;
  private static final ByteString TENTH = ByteString.copyFrom(new byte[(int) (LIMIT / 10)]);

  private final Vertx vertx = Vertx.vertx();
  private final MemoryBackends backends =
      new MemoryBackends(vertx, LIMIT, LIMIT, InstantSource.system());
  private final KvService kv = new KvService(backends.engine("kv"));
  private final SetService sets = new SetService(backends.engine("set"));
  private final CounterService counters = new CounterService(backends.engine("counter"));
  private final FlagService flags = new FlagService(backends.engine("flag"));
  private final CacheService cache = new CacheService(backends.engine("cache"));

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aWriteBeyondItIsRefusedWithTheNumbersAndChangesNothing() {
    fill();

    assertThatThrownBy(() -> done(kv.put("one more", TENTH)))
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.STORAGE_FULL))
        .hasMessageMatching(
            "memory: \\d+ of 1048576 bytes are in use, this write needs \\d+ more .*memory-budget.*");
    assertThat(done(kv.get("one more"))).isNull();
  }

  @Test
  void readsDeletesAndWritesThatNeedNoMoreGoOn() {
    done(counters.increment("c", 1));
    done(flags.set("f", true));
    done(sets.add("s", "item"));
    fill();
    int small = 0;
    while (isDone(kv.put("small" + small, ByteString.EMPTY))) {
      small++;
    }

    assertThat(small).isPositive();
    assertThat(done(kv.get("k0"))).isEqualTo(TENTH);
    assertThat(done(counters.increment("c", 41))).isEqualTo(42);
    done(flags.set("f", false));
    assertThat(done(sets.add("s", "item"))).containsExactly("item");
    done(kv.put("k0", TENTH)); // as large as before
    assertFull(sets.add("s", "x".repeat(1000)));
    assertFull(counters.increment("new".repeat(100), 1));
    assertFull(flags.set("new".repeat(100), true));

    done(kv.put("k0", ByteString.EMPTY)); // smaller
    assertThat(done(sets.remove("s", "item"))).isEmpty();
    assertThat(done(kv.delete("k1"))).isTrue();
    done(sets.add("s", "x".repeat(1000)));
    done(kv.put("again", TENTH));
  }

  @Test
  void theCacheMakesRoomAndGetsItBack() {
    String value = "v".repeat((int) (LIMIT / 10));
    for (int i = 0; i < 4; i++) {
      done(cache.set("c" + i, value, 60_000));
    }
    assertThat(done(cache.get("c3"))).isNotNull();

    fill();
    for (int i = 0; i < 4; i++) {
      assertThat(done(cache.get("c" + i))).isNull();
    }
    done(cache.set("c", value, 60_000)); // never refused

    for (int i = 0; i < 9; i++) {
      done(kv.delete("k" + i));
    }
    done(cache.set("c", value, 60_000));
    assertThat(done(cache.get("c"))).isEqualTo(value);
  }

  @Test
  void whateverHappensAtOnceIsCountedExactly() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      threads.add(new Thread(() -> work(new Random(seed))));
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(backends.usedBytes()).isBetween(1L, LIMIT);
    for (int i = 0; i < 50; i++) {
      done(kv.delete("key" + i));
      for (int j = 0; j < 20; j++) {
        done(sets.remove("key" + i, "item" + j));
      }
    }
    assertThat(backends.usedBytes()).isZero();
  }

  /** Puts, deletes, adds and removes by chance, refused or not. */
  private void work(Random random) {
    for (int i = 0; i < 20_000; i++) {
      String key = "key" + random.nextInt(50);
      String item = "item" + random.nextInt(20);
      switch (random.nextInt(4)) {
        case 0 -> isDone(kv.put(key, ByteString.copyFrom(new byte[random.nextInt(60_000)])));
        case 1 -> done(kv.delete(key));
        case 2 -> isDone(sets.add(key, item));
        default -> done(sets.remove(key, item));
      }
    }
  }

  /** Nine tenths, and a little. */
  private void fill() {
    for (int i = 0; i < 9; i++) {
      done(kv.put("k" + i, TENTH));
    }
  }

  private static void assertFull(Future<?> write) {
    assertThatThrownBy(() -> done(write)).hasMessageContaining("memory-budget");
  }

  /** False when it found no room. */
  private static boolean isDone(Future<?> write) {
    if (write.failed() && Failure.of(write.cause()).kind() == Failure.Kind.STORAGE_FULL) {
      return false;
    }
    done(write);
    return true;
  }

  /** These never wait. */
  private static <T> T done(Future<T> request) {
    if (request.failed()) {
      throw Failure.of(request.cause());
    }
    assertThat(request.isComplete()).isTrue();
    return request.result();
  }
}
