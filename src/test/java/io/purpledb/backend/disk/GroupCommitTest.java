package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.kindThrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes are answered after a force that they share, and seen by nobody before it. */
@Timeout(120)
class GroupCommitTest {

  private static final ByteString OLD = ByteString.copyFromUtf8("old");
  private static final ByteString NEW = ByteString.copyFromUtf8("new");

  private final Path directory;

  GroupCommitTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void writesThatWaitShareAForce() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> first = disk.kv.put("first", NEW);
      gate.awaitForce();
      List<Future<Void>> writes = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        writes.add(disk.kv.put("key" + i, NEW));
      }
      int before = disk.log().forces();
      gate.open();
      await(first);
      Disk.awaitSuccess(writes);
      assertThat(disk.log().forces() - before).isEqualTo(2);
    }
  }

  @Test
  void noAnswerComesBeforeItsForce() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (int i = 0; i < 20; i++) {
        int before = disk.log().forces();
        await(disk.kv.put("key", NEW));
        assertThat(disk.log().forces()).isGreaterThan(before);
      }
    }
  }

  @Test
  void nobodySeesAWriteBeforeItsForce() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("key", OLD));
      await(disk.kv.put("other", OLD));
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> write = disk.kv.put("key", NEW);
      gate.awaitForce(); // it is committed: H2 would show it
      Future<ByteString> read = disk.kv.get("key");
      assertThat(await(disk.kv.get("other"))).isEqualTo(OLD); // reads are served in their order
      assertThat(read.isComplete()).isFalse();
      assertThat(write.isComplete()).isFalse();
      gate.open();
      assertThat(await(read)).isEqualTo(NEW);
      assertThat(write.succeeded()).isTrue();
    }
  }

  /** Neither the entry itself, nor that it has no room. */
  @Test
  void nobodySeesAnEntryOfTheCacheBeforeItsForce() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC, 1_000, InstantSource.system(), 100)) {
      await(disk.cache.set("key", "old", 60_000));
      await(disk.cache.set("large", "old", 60_000));
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> first = disk.kv.put("first", NEW);
      gate.awaitForce();
      List<Future<Void>> writes =
          List.of(
              disk.cache.set("key", "new", 60_000),
              disk.cache.set("large", "x".repeat(1_000), 60_000));
      gate.openOnce();
      await(first);
      gate.awaitForce(2); // they are committed: H2 would show it
      List<Future<String>> reads = List.of(disk.cache.get("key"), disk.cache.get("large"));
      assertThat(await(disk.kv.get("first"))).isEqualTo(NEW); // reads are served in their order
      assertThat(reads).noneMatch(Future::isComplete);
      assertThat(writes).noneMatch(Future::isComplete);
      gate.open();
      assertThat(await(reads.get(0))).isEqualTo("new");
      assertThat(await(reads.get(1))).isNull();
      Disk.awaitSuccess(writes);
    }
  }

  @Test
  void aReadDuringAForceThatFailsShowsNothingUnsafe() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("key", OLD));
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> write = disk.kv.put("key", NEW);
      gate.awaitForce();
      Future<ByteString> read = disk.kv.get("key");
      await(disk.kv.get("other"));
      disk.log().failForces(1);
      gate.open();
      assertThat(kindThrownBy(write)).isEqualTo(Failure.Kind.UNAVAILABLE);
      assertThat(kindThrownBy(read)).isEqualTo(Failure.Kind.UNAVAILABLE);
    }
  }

  @Test
  void aFullQueueIsBusy() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC, 1 << 20, InstantSource.system(), 3)) {
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> first = disk.kv.put("first", NEW);
      gate.awaitForce();
      List<Future<Void>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(disk.kv.put("key" + i, NEW));
      }
      assertThat(kindThrownBy(disk.kv.put("over", NEW))).isEqualTo(Failure.Kind.BUSY);
      gate.open();
      await(first);
      Disk.awaitSuccess(waiting);
      assertThat(await(disk.kv.get("over"))).isNull();
    }
  }

  @Test
  void closingServesWhatWaits() throws Exception {
    List<Future<Void>> writes = new ArrayList<>();
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (int i = 0; i < 2_000; i++) {
        writes.add(disk.kv.put("key" + i, NEW));
      }
    }
    Disk.awaitSuccess(writes);
  }
}
