package io.purpledb.backend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.EvictableEntries;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.service.FlagService;
import io.purpledb.service.SetService;
import java.time.InstantSource;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What is counted is close to what the heap has. */
class FootprintTest {

  private static final int ENTRIES = 100_000;

  @Test
  void ofCounters() {
    assertClose("counter", i -> new Value.OfNumber(1000L + i));
  }

  @Test
  void ofValues() {
    assertClose("kv", i -> new Value.OfBytes(ByteString.copyFrom(new byte[100])));
  }

  @Test
  void ofFlags() {
    assertClose("flag", i -> FlagService.value(i % 2 == 0));
  }

  /** Of few members, and of one with many. */
  @Test
  void ofSets() {
    assertClose(i -> "a key " + i / 5, i -> "an item " + i + " ж");
    assertClose(i -> "one key", i -> "an item " + i);
    assertClose(i -> "a key " + i % 3, i -> "an item " + Integer.reverse(i));
  }

  private void assertClose(IntFunction<String> name, IntFunction<String> item) {
    assertClose(
        i ->
            new Change.Put(
                new Key("default", "set", name.apply(i), item.apply(i)),
                SetService.MEMBER,
                Description.NONE,
                0));
  }

  /** Of an engine's entries. */
  private void assertClose(String service, IntFunction<Value> maker) {
    assertClose(
        i ->
            new Change.Put(
                Key.of("default", service, "a key " + i), maker.apply(i), Description.NONE, 0));
  }

  /** With a time that it has, and a place in the order in which it is evicted. */
  @Test
  void ofTheCache() {
    assertClose(
        i ->
            new Change.Put(
                Key.of("default", "cache", "a key " + i),
                new Value.OfBytes(ByteString.copyFrom(new byte[100])),
                Description.NONE,
                3_600_000 + i));
  }

  private static void assertClose(IntFunction<Change> put) {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE, true, 0, bytes -> {});
    EvictableEntries cache = new EvictableEntries("cache");
    MemoryState state = new MemoryState(new ChangeLog(0), budget::add, cache);
    long before = heapInUse();
    for (int i = 0; i < ENTRIES; i++) {
      state.commit(Commit.of(put.apply(i)), InstantSource.system());
    }
    long measured = heapInUse() - before;

    long counted = budget.used() + cache.usedBytes();
    assertThat((double) counted / measured)
        .as("counted %d, measured %d", counted, measured)
        .isBetween(0.75, 1.33);
    assertThat(state.firstExpiryMillis()).isPositive(); // and so it is there until now
  }

  private static long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
