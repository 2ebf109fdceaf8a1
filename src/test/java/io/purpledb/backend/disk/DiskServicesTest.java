package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.kindThrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.ByteOrder;
import io.purpledb.config.Durability;
import io.purpledb.message.Failure;
import io.purpledb.service.CounterService;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each cell keeps, and keeps over a restart. */
@Timeout(120)
class DiskServicesTest {

  private static final List<String> AWKWARD =
      List.of("a", "-5", "a/b+c%20\"", "\u0000\n", "{\"a\":1}", "ÿ", "\uffff", "😀", "a\u0000");

  private final Path directory;

  DiskServicesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void forget() {
    ShadowDisk.forget(directory);
  }

  @Test
  void countersLoseNothingWithParallelCallers() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      List<CounterService> loops =
          IntStream.range(0, 8)
              .mapToObj(
                  i -> disk.onLoop(() -> new CounterService(disk.backends().engine("counter"))))
              .toList();
      List<Future<Long>> sums = new ArrayList<>();
      for (int i = 0; i < 64 * 20; i++) {
        sums.add(loops.get(i % loops.size()).increment("visits", 1));
      }
      Disk.awaitSuccess(sums);
      assertThat(sums.stream().map(Future::result).sorted())
          .isEqualTo(Stream.iterate(1L, n -> n + 1).limit(64 * 20).toList());
    }
  }

  @Test
  void anOverflowIsRefusedAndTheRestOfItsBatchIsServed() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.counter.increment("full", Long.MAX_VALUE));
      Future<Long> before = disk.counter.increment("other", 1);
      Future<Long> over = disk.counter.increment("full", 1);
      Future<Long> after = disk.counter.increment("other", 1);
      assertThat(kindThrownBy(over)).isEqualTo(Failure.Kind.CONFLICT);
      assertThat(await(before)).isEqualTo(1);
      assertThat(await(after)).isEqualTo(2);
      assertThat(await(disk.counter.get("full"))).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void setItemsAreSortedByTheirBytes() {
    List<String> sorted = AWKWARD.stream().sorted(ByteOrder.INSTANCE).toList();
    List<String> shuffled = new ArrayList<>(AWKWARD);
    Collections.shuffle(shuffled, new Random(1));
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (String item : shuffled) {
        assertThat(await(disk.set.add("s", item)))
            .contains(item)
            .isSortedAccordingTo(ByteOrder.INSTANCE);
      }
      assertThat(await(disk.set.add("s", "a"))).isEqualTo(sorted);
      assertThat(await(disk.set.get("s"))).isEqualTo(sorted);
      for (String item : shuffled) {
        assertThat(await(disk.set.remove("s", item))).doesNotContain(item);
      }
      assertThat(await(disk.set.remove("s", "a"))).isEmpty();
      assertThat(await(disk.set.get("s"))).isEmpty();
    }
  }

  @Test
  void absenceIsAnswered() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertThat(await(disk.cache.get("no"))).isNull();
      assertThat(await(disk.counter.get("no"))).isZero();
      assertThat(await(disk.flag.get("no"))).isFalse();
      assertThat(await(disk.kv.get("no"))).isNull();
      assertThat(await(disk.kv.delete("no"))).isFalse();
      assertThat(await(disk.set.get("no"))).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void allIsThereAfterRestart(Durability durability) {
    byte[] large = new byte[64 << 20];
    new Random(2).nextBytes(large);
    try (Disk disk = new Disk(directory, durability)) {
      for (String key : AWKWARD) {
        disk.cache.set(key, "text of " + key, 60_000);
        disk.counter.increment(key, -key.length());
        disk.flag.set(key, true);
        disk.kv.put(key, ByteString.copyFromUtf8("value of " + key));
        disk.set.add(key, key + key);
      }
      await(disk.kv.put("empty", ByteString.EMPTY));
      await(disk.kv.put("gone", ByteString.EMPTY));
      assertThat(await(disk.kv.delete("gone"))).isTrue();
      await(disk.kv.put("large", ByteString.copyFrom(large)));
    }
    try (Disk disk = new Disk(directory, durability)) {
      for (String key : AWKWARD) {
        assertThat(await(disk.cache.get(key))).isEqualTo("text of " + key);
        assertThat(await(disk.counter.get(key))).isEqualTo(-key.length());
        assertThat(await(disk.flag.get(key))).isTrue();
        assertThat(await(disk.kv.get(key))).isEqualTo(ByteString.copyFromUtf8("value of " + key));
        assertThat(await(disk.set.get(key))).containsExactly(key + key);
      }
      assertThat(await(disk.kv.get("empty"))).isEqualTo(ByteString.EMPTY);
      assertThat(await(disk.kv.get("gone"))).isNull();
      assertThat(await(disk.kv.get("large"))).isEqualTo(ByteString.copyFrom(large));
    }
  }
}
