package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.kindThrownBy;
import static io.purpledb.backend.disk.Disk.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Key;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens when the device or a request fails, and that it heals. */
@Timeout(120)
class RecoveryTest {

  private static final long TTL = 3_600_000;

  private static final ByteString VALUE = ByteString.copyFromUtf8("value");

  private final Path directory;

  RecoveryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static void awaitHealth(Disk disk) {
    while (disk.kv.health().failed()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aFailedForceIsUnavailableAndHeals() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("before", VALUE));
      disk.log().failForces(1);
      Throwable failure = thrownBy(disk.kv.put("key", VALUE));
      assertThat(((Failure) failure).kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
      assertThat(failure)
          .hasMessageContainingAll("entries.mv.db failed: the device failed", "may or may not");
      awaitHealth(disk);
      await(disk.kv.put("after", VALUE));
      assertThat(await(disk.kv.get("before"))).isEqualTo(VALUE);
      assertThat(await(disk.kv.get("after"))).isEqualTo(VALUE);
      await(disk.set.add("other service", "item"));
      assertThat(await(disk.set.get("other service"))).containsExactly("item");
    }
  }

  @Test
  void whatIsAcknowledgedAfterAFailedForceSurvivesAPowerCut() throws Exception {
    Path found = Files.createDirectory(directory.resolve("found"));
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("before", VALUE));
      disk.log().failForces(1); // and what it should have made durable is lost, as on Linux
      thrownBy(disk.kv.put("key", VALUE));
      awaitHealth(disk);
      await(disk.kv.put("after", VALUE));
      ShadowDisk.cutPower(directory, found, new Random(1));
    }
    try (Disk disk = new Disk(found, Durability.FSYNC)) {
      assertThat(await(disk.kv.get("before"))).isEqualTo(VALUE);
      assertThat(await(disk.kv.get("after"))).isEqualTo(VALUE);
    }
  }

  @Test
  void whileTheDeviceFailsRequestsFailFastAndHealthSaysWhy() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      disk.log().failForces(Integer.MAX_VALUE);
      assertThat(kindThrownBy(disk.kv.put("key", VALUE))).isEqualTo(Failure.Kind.UNAVAILABLE);
      Future<Void> health = disk.kv.health();
      assertThat(health.failed()).isTrue(); // at once, without any queue
      assertThat(health.cause()).hasMessageContaining("entries.mv.db");
      assertThat(disk.kv.put("key", VALUE).failed()).isTrue();
      assertThat(disk.kv.get("key").failed()).isTrue();
      assertThat(disk.cache.health().failed()).isTrue(); // it is the same database
      disk.log().failForces(0);
      awaitHealth(disk);
      await(disk.kv.put("key", VALUE));
    }
  }

  /** As when memory runs out: at the force of a write, then while the database is opened again. */
  @Test
  void anErrorIsNeitherDamageNorTheEndOfAThread() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("before", VALUE));
      AtomicInteger left = new AtomicInteger(3);
      Runnable failing =
          () -> {
            if (left.getAndDecrement() > 0) {
              throw new OutOfMemoryError("for a test");
            }
          };
      ShadowDisk.of(directory.resolve("entries.journal")).beforeForce(failing);
      disk.log().beforeForce(failing);
      Failure failure = (Failure) thrownBy(disk.kv.put("key", VALUE));
      assertThat(failure.kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
      assertThat(failure.getMessage()).doesNotContain("damaged", "backup");
      for (var health = disk.kv.health(); health.failed(); health = disk.kv.health()) {
        assertThat(health.cause().getMessage()).doesNotContain("damaged", "backup");
      }
      assertThat(left.get()).isLessThan(0);
      await(disk.kv.put("after", VALUE));
      assertThat(await(disk.kv.get("before"))).isEqualTo(VALUE);
    }
  }

  @Test
  void closingDoesNotWaitForADeviceThatFails() {
    Disk disk = new Disk(directory, Durability.FSYNC);
    disk.log().failForces(Integer.MAX_VALUE);
    assertThat(kindThrownBy(disk.kv.put("key", VALUE))).isEqualTo(Failure.Kind.UNAVAILABLE);
    disk.close();
    assertThat(kindThrownBy(disk.kv.put("key", VALUE))).isEqualTo(Failure.Kind.UNAVAILABLE);
  }

  @Test
  void aRequestThatBreaksFailsAloneAndChangesNothing() throws Exception {
    Path found = Files.createDirectory(directory.resolve("found"));
    new Disk(directory, Durability.FSYNC).close();
    KvFiles.putUnreadable(directory, "broken");
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      Engine engine = disk.cache.engine();
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> first = disk.cache.set("first", "1", TTL);
      gate.awaitForce();
      Future<Void> before = disk.cache.set("before", "2", TTL);
      Future<Committed> broken =
          engine.commit(
              Call.NOTHING,
              new Commit(
                  List.of(), // its changes are made in their order, and the last one breaks
                  List.of(
                      new Change.Delete(key("first")),
                      new Change.Delete(key("before")),
                      new Change.Touch(key("after"), TTL),
                      new Change.Delete(key("broken"))),
                  List.of()));
      Future<Void> after = disk.cache.set("after", "3", TTL);
      gate.open();
      assertThat(thrownBy(broken))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("an entry of form -1 (expected: 0 to 30)");
      await(first);
      await(before);
      await(after);
      assertHasAll(disk);
      ShadowDisk.cutPower(directory, found, new Random(1));
    }
    try (Disk disk = new Disk(found, Durability.FSYNC)) { // what the log says is the same
      assertHasAll(disk);
    }
  }

  private static Key key(String name) {
    return Key.of(Call.DEFAULT_NAMESPACE, "cache", name);
  }

  private static void assertHasAll(Disk disk) throws Exception {
    assertThat(await(disk.cache.get("first"))).isEqualTo("1");
    assertThat(await(disk.cache.get("before"))).isEqualTo("2");
    assertThat(await(disk.cache.get("after"))).isEqualTo("3");
  }
}
