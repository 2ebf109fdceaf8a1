package io.purpledb.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.replicated.wire.EngineWire;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.ChangeLog;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is counted of the cache is close to what the heap has, whatever its entries have met. */
final class RewrittenFootprintTest {

  private static final int ENTRIES = 50_000;

  /** Each request has texts of its own. */
  @Test
  void ofEntriesThatWereWrittenAgain() {
    assertClose("%0200d", 10, 2, UnaryOperator.identity());
  }

  @Tag("long")
  @Test
  void ofEntriesWithLongKeysThatWereWrittenAgain() {
    assertClose("%01000d", 10, 2, UnaryOperator.identity());
  }

  /** As it comes from the log of a cluster. */
  @Test
  void ofEntriesOfACluster() {
    assertClose("key %d", 10, 1, c -> EngineWire.readCommit(EngineWire.commit(c)));
  }

  @Test
  void ofEntriesOfAClusterThatWereWrittenAgain() {
    assertClose("key %d", 10, 2, c -> EngineWire.readCommit(EngineWire.commit(c)));
  }

  private static void assertClose(String key, int bytes, int times, UnaryOperator<Commit> way) {
    EvictableEntries cache = new EvictableEntries("cache");
    MemoryState state = new MemoryState(new ChangeLog(0), more -> {}, cache);
    long before = heapInUse();
    for (int time = 0; time < times; time++) {
      for (int i = 0; i < ENTRIES; i++) {
        Value value = new Value.OfBytes(ByteString.copyFrom(new byte[bytes]));
        Key name = Key.of("default", "cache", key.formatted(i));
        Change put = new Change.Put(name, value, Description.NONE, 3_600_000 + i);
        state.commit(way.apply(Commit.of(put)), InstantSource.system());
      }
    }
    long measured = heapInUse() - before;
    long counted = cache.usedBytes();
    assertThat((double) counted / measured)
        .as("counted %d, measured %d", counted, measured)
        .isBetween(0.75, 1.33);
    assertThat(state.firstExpiryMillis()).isPositive();
  }

  private static long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
