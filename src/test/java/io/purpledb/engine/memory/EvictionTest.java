package io.purpledb.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.MemoryState.Evicted;
import io.purpledb.engine.support.ChangeLog;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which entries go when their room is short, and that what they take is counted. */
final class EvictionTest {

  /** Room for ten entries of 1,000 bytes with a name of two characters and a time. */
  private static final long FOR_TEN = 10 * ofOne(1);

  private final AtomicLong now = new AtomicLong(1_000);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
  private final ChangeLog log = new ChangeLog(1 << 20);
  private final EvictableEntries cache = new EvictableEntries("cache");
  private final AtomicLong others = new AtomicLong();
  private final MemoryState state = new MemoryState(log, others::addAndGet, cache);

  private static long ofOne(int number) {
    EvictableEntries entries = new EvictableEntries("cache");
    MemoryState state = new MemoryState(new ChangeLog(0), bytes -> {}, entries);
    state.commit(Commit.of(put(key(number), 1_000)), () -> Instant.EPOCH);
    return entries.usedBytes();
  }

  private static Key key(int number) {
    return Key.of("n", "cache", "%02d".formatted(number));
  }

  private static Change put(Key key, int bytes) {
    Value value = new Value.OfBytes(ByteString.copyFrom(new byte[bytes]));
    return new Change.Put(key, value, Description.NONE, 60_000);
  }

  private void put(int number) {
    state.commit(Commit.of(put(key(number), 1_000)), clock);
    makeRoom();
  }

  private void makeRoom() {
    while (state.isOverRoom()) {
      state.evict(1_000, clock);
    }
  }

  private boolean isThere(int number) {
    return state.get(key(number), clock) != null;
  }

  /** Without using them. */
  private List<Integer> there() {
    List<Integer> there = new ArrayList<>();
    for (Entry entry :
        state.scan(new Scan(Range.of("n", "cache"), null, 100, false), clock, 1 << 20).entries()) {
      there.add(Integer.parseInt(entry.key().name()));
    }
    return there;
  }

  @Test
  void theFirstThatNobodyUsesGoes() {
    cache.resize(FOR_TEN);
    for (int i = 0; i < 10; i++) {
      put(i);
    }
    assertThat(there()).hasSize(10);
    assertThat(isThere(0)).isTrue();
    assertThat(isThere(2)).isTrue();

    put(10);
    put(11);
    assertThat(there()).containsExactly(0, 2, 4, 5, 6, 7, 8, 9, 10, 11);
  }

  /** Not those that came behind the hand, which are newer. */
  @Test
  void whatWasUsedStaysUntilTheHandComesAgain() {
    cache.resize(FOR_TEN);
    for (int i = 0; i < 10; i++) {
      put(i);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(isThere(i)).isTrue();
    }
    put(10); // all are in use but this
    assertThat(there()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    put(11); // what was used is forgotten by now
    assertThat(there()).doesNotContain(0).contains(1, 9, 11);
  }

  /** As is read through once, such as by a listing. */
  @Test
  void whatIsWrittenOnceDoesNotPushOutWhatIsRead() {
    cache.resize(FOR_TEN);
    for (int i = 0; i < 5; i++) {
      put(i);
    }
    for (int i = 5; i < 99; i++) {
      for (int used = 0; used < 5; used++) {
        assertThat(isThere(used)).as("%d after %d", used, i).isTrue();
      }
      put(i);
    }
    assertThat(there()).hasSize(10).contains(0, 1, 2, 3, 4, 98);
  }

  @Test
  void whatIsWrittenAgainIsUsed() {
    cache.resize(FOR_TEN);
    for (int i = 0; i < 10; i++) {
      put(i);
    }
    put(0);
    put(10);
    assertThat(there()).contains(0).doesNotContain(1);
  }

  @Test
  void whatIsTooLargeGoesAndNothingElse() {
    cache.resize(FOR_TEN);
    for (int i = 0; i < 9; i++) {
      put(i);
    }
    state.commit(Commit.of(put(key(20), (int) FOR_TEN)), clock);
    makeRoom();
    assertThat(there()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);

    cache.resize(0);
    makeRoom();
    assertThat(there()).isEmpty();
    assertThat(cache.usedBytes()).isZero();
    put(1);
    assertThat(there()).isEmpty();
  }

  @Test
  void othersStayAndHaveTheirOwnRoom() {
    Key other = Key.of("n", "kv", "k");
    state.commit(
        new Commit(List.of(), List.of(put(other, 10), put(key(1), 1_000)), List.of()), clock);
    long ofOther = others.get();
    assertThat(ofOther).isPositive();
    assertThat(cache.usedBytes()).isEqualTo(FOR_TEN / 10).isBetween(1_000L, 1_500L);
    assertThat(state.bytesMore(Commit.of(put(key(2), 1_000)))).isZero();
    assertThat(state.bytesMore(Commit.of(put(other, 1_000)))).isPositive();

    cache.resize(0);
    makeRoom();
    assertThat(isThere(1)).isFalse();
    assertThat(state.get(other, clock)).isNotNull();
    assertThat(others).hasValue(ofOther);
  }

  /** What was chosen, and has been written again since, stays. */
  @Test
  void anotherVersionStays() {
    put(1);
    put(2);
    cache.resize(0);
    List<Evicted> chosen = state.nextEviction(10, 0).entries();
    assertThat(chosen).extracting(Evicted::key).containsExactly(key(1), key(2));
    state.commit(Commit.of(put(key(2), 1)), clock);
    state.commit(Commit.of(new Change.Delete(key(1))), clock);
    state.evict(chosen, clock);
    assertThat(there()).containsExactly(2);
  }

  /** Of keys that are asked for by Zipf's law, and of every fourth that comes once. */
  @Test
  void moreIsFoundThanByWhatWasUsedLast() {
    int room = 200;
    int[] asked = asked(10_000, 100_000);
    Map<Integer, Integer> lastUsed = new LinkedHashMap<>(16, 0.75f, true);
    int foundByLastUse = 0;
    for (int key : asked) {
      foundByLastUse += lastUsed.put(key, key) == null ? 0 : 1;
      if (lastUsed.size() > room) {
        lastUsed.remove(lastUsed.keySet().iterator().next());
      }
    }
    cache.resize(room * ofOne(1_000_000));
    int found = 0;
    for (int key : asked) {
      if (isThere(key)) {
        found++;
      } else {
        put(key);
      }
    }
    assertThat(found).isGreaterThan(foundByLastUse * 11 / 10);
  }

  private static int[] asked(int keys, int count) {
    double[] below = new double[keys];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      sum += 1 / Math.pow(i + 1, 0.9);
      below[i] = sum;
    }
    Random random = new Random(1);
    int[] asked = new int[count];
    for (int i = 0; i < count; i++) {
      int found = Arrays.binarySearch(below, random.nextDouble() * sum);
      asked[i] = 1_000_000 + (i % 4 == 0 ? keys + i : Math.abs(found));
    }
    return asked;
  }

  /** Whatever happens, in whatever order, what is counted is what is there. */
  @Test
  void nothingIsLeftInTheCount() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      cache.resize(random.nextInt((int) FOR_TEN * 3));
      int number = random.nextInt(60);
      switch (random.nextInt(6)) {
        case 0 -> state.commit(Commit.of(new Change.Delete(key(number))), clock);
        case 1 -> state.commit(Commit.of(new Change.Touch(key(number), 30_000)), clock);
        case 2 -> {
          now.addAndGet(random.nextInt(5_000));
          state.sweep(clock, random.nextInt(20));
        }
        case 3 -> isThere(number);
        case 4 ->
            state.commit(
                new Commit(
                    List.of(),
                    List.of(put(key(number), 10), put(key(number + 1), 2_000)),
                    List.of()),
                clock);
        default -> state.commit(Commit.of(put(key(number), random.nextInt(3_000))), clock);
      }
      makeRoom();
      assertThat(cache.usedBytes()).isNotNegative();
    }
    assertThat(cache.usedBytes()).isPositive();
    state.commit(Commit.of(new Change.DeleteRange(Range.of("n", "cache"))), clock);
    assertThat(cache.usedBytes()).isZero();
    assertThat(others).hasValue(0);
    assertThat(state.firstExpiryMillis()).isEqualTo(Entry.NEVER);
    cache.resize(0);
    assertThat(state.nextEviction(1_000, 1).entries()).isEmpty();
  }
}
