package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Key;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk without room: reads and deletes are served, writes are refused, nothing acknowledged is
 * lost, and all heals when there is room.
 */
@Timeout(120)
class FullDiskTest {

  private static final int KEYS = 200;
  private static final int MANY = 5_000;

  private final Path parent;
  private final Path directory;

  FullDiskTest(@TempDir Path parent) throws Exception {
    this.parent = parent;
    directory = Files.createDirectory(parent.resolve("data"));
    ShadowDisk.register();
  }

  @AfterEach
  void forget() {
    ShadowDisk.forget(directory);
  }

  private static ByteString value(int i) {
    return ByteString.copyFrom(new byte[1_000 + i]);
  }

  private static void fill(Disk disk) {
    List<Future<?>> writes = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      writes.add(disk.kv.put("key" + i, value(i)));
      writes.add(disk.set.add("set", "item" + i));
    }
    writes.add(disk.kv.put("more0", value(0)));
    writes.add(disk.kv.put("more1", value(1)));
    writes.add(disk.counter.increment("counter", 7));
    writes.add(disk.flag.set("flag", true));
    writes.add(disk.cache.set("entry", "value", 3_600_000));
    Disk.awaitSuccess(writes);
  }

  /** Puts until there is no room; answers how many were acknowledged, and the refusal. */
  private static Failure putUntilRefused(Disk disk) {
    for (int i = 0; ; i++) {
      Future<Void> put = disk.kv.put("more" + i, value(i));
      await(put.otherwiseEmpty());
      if (put.failed()) {
        return (Failure) put.cause();
      }
    }
  }

  private void assertRefused(Future<?> write) {
    Failure failure = (Failure) thrownBy(write);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.STORAGE_FULL);
    assertThat(failure)
        .hasMessageContainingAll(
            directory.resolve("entries.mv.db").toString(),
            "No space left on device",
            "expected: room in " + directory);
  }

  private static void assertServed(Disk disk) {
    for (int i = 0; i < KEYS; i++) {
      assertThat(await(disk.kv.get("key" + i))).isEqualTo(value(i));
    }
    assertThat(await(disk.set.get("set"))).hasSize(KEYS);
    assertThat(await(disk.counter.get("counter"))).isEqualTo(7);
    assertThat(await(disk.flag.get("flag"))).isTrue();
    assertThat(await(disk.cache.get("entry"))).isEqualTo("value");
    assertThat(disk.kv.health().succeeded()).isTrue();
  }

  @Test
  void onAFileSystemThatTurnedReadOnlyReadsGoOnAndAllHeals() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      fill(disk);
      await(disk.kv.delete("absent")); // after a checkpoint that may be under way
      ShadowDisk.readOnly(directory, true);
      for (Future<?> write : List.of(disk.kv.put("key1", value(9)), disk.kv.delete("key1"))) {
        Failure failure = (Failure) thrownBy(write);
        assertThat(failure.kind()).as("%s", failure).isEqualTo(Failure.Kind.STORAGE_FULL);
        assertThat(failure)
            .hasMessageContainingAll("Read-only file system", "to write in " + directory);
      }
      assertThat(disk.notices()).anyMatch(text -> text.endsWith("refused, reads are served"));
      assertServed(disk);

      ShadowDisk.readOnly(directory, false);
      awaitRoom(disk);
      await(disk.kv.put("after", value(1)));
      assertServed(disk);
    }
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertServed(disk);
    }
  }

  @Test
  void readsAndDeletesGoOnAndAllHeals() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      fill(disk);
      ShadowDisk.full(directory, true);
      assertThat(putUntilRefused(disk).kind()).isEqualTo(Failure.Kind.STORAGE_FULL);
      assertRefused(disk.kv.put("key1", value(9)));
      assertThat(disk.notices()).anyMatch(text -> text.contains("No space left on device"));
      assertServed(disk);

      assertThat(await(disk.kv.delete("more0"))).isTrue();
      assertThat(await(disk.kv.get("more0"))).isNull();
      assertThat(await(disk.kv.delete("absent"))).isFalse();
      for (int i = 0; i < KEYS / 2; i++) {
        assertThat(await(disk.set.remove("set", "item" + i))).hasSize(KEYS - 1 - i);
      }

      ShadowDisk.full(directory, false);
      awaitRoom(disk);
      await(disk.kv.put("after", value(1)));
      assertThat(await(disk.kv.get("after"))).isEqualTo(value(1));
    }
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertThat(await(disk.kv.get("after"))).isEqualTo(value(1));
      assertThat(await(disk.kv.get("more0"))).isNull();
      assertThat(await(disk.set.get("set"))).hasSize(KEYS / 2);
    }
  }

  private static void awaitRoom(Disk disk) {
    while (!disk.notices().isEmpty()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void eachServiceRefusesItsWrites() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      fill(disk);
      ShadowDisk.full(directory, true);
      for (int i = 0; i < 3_000; i++) { // beyond the reserve
        String key = "k" + i;
        Disk.await(
            Future.join(
                    List.of(
                        disk.counter.increment(key, 1),
                        disk.flag.set(key, true),
                        disk.set.add(key, "item".repeat(200)),
                        disk.cache.set(key, "value".repeat(100), 3_600_000)))
                .otherwiseEmpty());
      }
      assertRefused(disk.set.add("new", "item".repeat(200)));
      assertRefused(disk.cache.set("new", "value".repeat(1_000), 3_600_000));
      assertRefused(disk.counter.increment("counter", 1));
      assertRefused(disk.flag.set("flag", false));
      assertServed(disk);
    }
  }

  @Test
  void aBatchIsServedAsFarAsItOnlyReadsAndDeletes() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      fill(disk);
      await(disk.kv.delete("absent")); // after a checkpoint that may be under way
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> first = disk.kv.put("first", value(1));
      gate.awaitForce();
      ShadowDisk.full(directory, true);
      Future<Void> put = disk.kv.put("large", ByteString.copyFrom(new byte[1 << 20]));
      Future<Boolean> delete = disk.kv.delete("key1");
      Future<ByteString> read = disk.kv.get("large");
      gate.open();
      await(first);
      assertRefused(put);
      assertThat(await(delete)).isTrue();
      assertThat(await(read)).isNull();
      assertThat(await(disk.kv.get("key1"))).isNull();
    }
  }

  /** Not what a deletion before it in the batch has shown until it was undone. */
  @Test
  void aReadOfABatchThatIsUndoneAnswersWhatIsThere() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      List<Future<?>> puts = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        puts.add(disk.kv.put("many" + i, value(i)));
      }
      await(Future.all(puts));
      ShadowDisk.full(directory, true);
      int left = 0;
      while (left < MANY && await(disk.kv.delete("many" + left).otherwise(false))) {
        left++; // until the reserve is used up
      }
      assertThat(left).isBetween(1, MANY - 1);
      Key key = Key.of(Call.DEFAULT_NAMESPACE, "kv", "many" + left);
      Engine engine = disk.kv.engine();
      List<Future<Boolean>> deletes = new ArrayList<>();
      List<Future<Committed>> reads = new ArrayList<>();
      for (int i = 0; i < 200; i++) { // many, so that a batch has some of both
        deletes.add(disk.kv.delete("many" + left));
        reads.add(engine.commit(Call.NOTHING, new Commit(List.of(), List.of(), List.of(key))));
      }
      deletes.forEach(this::assertRefused);
      for (Future<Committed> read : reads) {
        assertThat(await(read).entries()).doesNotContainNull();
      }
    }
  }

  @Test
  void aRestartServesReadsAndDeletes() throws Exception {
    Path found = Files.createDirectory(parent.resolve("found"));
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      fill(disk);
      ShadowDisk.full(directory, true);
      putUntilRefused(disk);
      await(disk.kv.delete("more0"));
      ShadowDisk.cutPower(directory, found, new Random(1));
    }
    for (Path data : List.of(directory, found)) {
      ShadowDisk.full(data, true);
      try (Disk disk = new Disk(data, Durability.FSYNC)) {
        assertServed(disk);
        assertThat(await(disk.kv.get("more0"))).isNull();
        assertThat(await(disk.kv.get("more1"))).isEqualTo(value(1));
        assertThat(await(disk.kv.delete("more1"))).isTrue();
        assertThat(putUntilRefused(disk).kind()).isEqualTo(Failure.Kind.STORAGE_FULL);
      }
    }
    ShadowDisk.full(found, false);
    try (Disk disk = new Disk(found, Durability.FSYNC)) {
      assertServed(disk);
      assertThat(await(disk.kv.get("more1"))).isNull();
      await(disk.kv.put("after", value(1)));
    }
  }
}
