package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import io.purpledb.v1.CacheSetRequest;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The leader evicts whatever the keys are, and however they are used. */
@Timeout(180)
final class EvictorTest {

  private static final Range CACHE = Range.of(Call.DEFAULT_NAMESPACE, "cache");

  /** A thousand keys of 1,024 bytes are more than an entry may have where values are small. */
  @Test
  void longKeysAreEvicted(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.maxValueBytes = 1_000;
      nodes.cacheMaxBytes = 64 << 20;
      nodes.startAll();
      List<Future<?>> sets = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        String key = "%01024d".formatted(i);
        sets.add(
            Nodes.begin(
                nodes.node(0),
                CacheSetRequest.newBuilder().setKey(key).setValue("v").setTtlSeconds(3600).build(),
                Call.NOTHING));
      }
      Future.all(sets).await(60, TimeUnit.SECONDS);
      nodes.kill(0);
      nodes.cacheMaxBytes = 100_000;
      nodes.startAll();
      Engine engine = nodes.node(0).engine();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
      while (count(engine) > 100 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      assertThat(count(engine)).isLessThanOrEqualTo(100);
    }
  }

  /** Few values that are read all the time, and far more than there is room for. */
  @Test
  void whatIsReadAllTheTimeIsEvictedAllTheSame(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.cacheMaxBytes = 1 << 20;
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      Engine engine = nodes.node(0).engine();
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> readers = new ArrayList<>();
      int values = 4;
      for (int r = 0; r < values; r++) {
        Key key = Key.of(Call.DEFAULT_NAMESPACE, "cache", "k" + r);
        Thread reader =
            new Thread(
                () -> {
                  while (!over.get()) {
                    try {
                      engine.get(Call.NOTHING, key).await(20, TimeUnit.SECONDS);
                    } catch (Exception e) {
                      return;
                    }
                  }
                });
        reader.start();
        readers.add(reader);
      }
      long used = 0;
      try {
        for (int i = 0; i < 40; i++) { // 900 KB each, rewritten all the time
          on.cache("k" + i % values, "v".repeat(900_000), 3600);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        do {
          TimeUnit.MILLISECONDS.sleep(50);
          used = count(engine) * 900_000L;
        } while (used > 1 << 20 && System.nanoTime() < end);
      } finally {
        over.set(true);
        for (Thread reader : readers) {
          reader.join();
        }
      }
      assertThat(used).isLessThanOrEqualTo(1 << 20);
    }
  }

  /** An eviction passes where the log has room for deletions alone. */
  @Test
  void withAFullLogTheCacheIsEvicted(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.cacheMaxBytes = 8 << 20;
      nodes.startAll();
      Ask on = new Ask(nodes.node(0));
      for (int i = 0; i < 50; i++) {
        on.cache("k" + i, "v".repeat(100_000), 3600);
      }
      nodes.kill(0);
      nodes.cacheMaxBytes = 1 << 20;
      nodes.usable(0).set(LogRoom.RESERVE_BYTES - 1);
      nodes.startAll();
      Engine engine = nodes.node(0).engine();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
      while (count(engine) > 10 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      assertThat(count(engine)).isLessThanOrEqualTo(10);
    }
  }

  /** An eviction waits for none of the thousands that wait, and frees as many as come meanwhile. */
  @Tag("long")
  @Test
  void whileManyWriteTheCacheDoesNotGrow(@TempDir Path directory) throws Exception {
    int inFlight = 8_000;
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.startAll();
      Replication node = nodes.node(0);
      Semaphore free = new Semaphore(inFlight);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      int most = 0;
      for (int i = 0; System.nanoTime() < end; i++) {
        free.acquire();
        CacheSetRequest set =
            CacheSetRequest.newBuilder().setKey("k" + i).setValue("v").setTtlSeconds(60).build();
        Nodes.begin(node, set, Call.NOTHING).onComplete(done -> free.release());
        if (i % inFlight == 0) {
          most = Math.max(most, count(node.engine()));
        }
      }
      assertThat(most).isLessThan((int) (nodes.cacheMaxBytes / 300) + 3 * inFlight);
    }
  }

  private static int count(Engine engine) throws Exception {
    int count = 0;
    Key after = null;
    do {
      var page =
          engine
              .scan(Call.NOTHING, new Scan(CACHE, after, 1_000, false))
              .await(20, TimeUnit.SECONDS);
      List<Entry> entries = page.entries();
      count += entries.size();
      after = page.next();
    } while (after != null);
    return count;
  }
}
