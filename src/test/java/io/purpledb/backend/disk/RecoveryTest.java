package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.kindThrownBy;
import static io.purpledb.backend.disk.Disk.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens when the device or a request fails, and that it heals. */
@Timeout(120)
class RecoveryTest {

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
      disk.log("kv").failForces(1);
      Throwable failure = thrownBy(disk.kv.put("key", VALUE));
      assertThat(((Failure) failure).kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
      assertThat(failure)
          .hasMessageContainingAll("kv.mv.db failed: the device failed", "may or may not");
      awaitHealth(disk);
      await(disk.kv.put("after", VALUE));
      assertThat(await(disk.kv.get("before"))).isEqualTo(VALUE);
      assertThat(await(disk.kv.get("after"))).isEqualTo(VALUE);
      assertThat(await(disk.counter.increment("other service", 1))).isEqualTo(1);
    }
  }

  @Test
  void whatIsAcknowledgedAfterAFailedForceSurvivesAPowerCut() throws Exception {
    Path found = Files.createDirectory(directory.resolve("found"));
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("before", VALUE));
      disk.log("kv").failForces(1); // and what it should have made safe is lost, as on Linux
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
      disk.log("kv").failForces(Integer.MAX_VALUE);
      assertThat(kindThrownBy(disk.kv.put("key", VALUE))).isEqualTo(Failure.Kind.UNAVAILABLE);
      Future<Void> health = disk.kv.health();
      assertThat(health.failed()).isTrue(); // at once, without any queue
      assertThat(health.cause()).hasMessageContaining("kv.mv.db");
      assertThat(disk.kv.put("key", VALUE).failed()).isTrue();
      assertThat(disk.kv.get("key").failed()).isTrue();
      assertThat(disk.counter.health().succeeded()).isTrue();
      disk.log("kv").failForces(0);
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
      ShadowDisk.of(directory.resolve("kv.journal")).beforeForce(failing);
      disk.log("kv").beforeForce(failing);
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
    disk.log("kv").failForces(Integer.MAX_VALUE);
    assertThat(kindThrownBy(disk.kv.put("key", VALUE))).isEqualTo(Failure.Kind.UNAVAILABLE);
    disk.close();
    assertThat(kindThrownBy(disk.kv.put("key", VALUE))).isEqualTo(Failure.Kind.UNAVAILABLE);
  }

  @Test
  void aRequestThatBreaksFailsAloneAndChangesNothing() throws Exception {
    Path found = Files.createDirectory(directory.resolve("found"));
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      DiskAccess table = ((DiskCounter) disk.counter).disk();
      Gate gate = new Gate(disk.log("counter"));
      Future<Long> first = disk.counter.increment("first", 1);
      gate.awaitForce();
      Future<Long> before = disk.counter.increment("sum", 1);
      Future<Integer> broken =
          table.write(
              "sum",
              sql -> {
                sql.change("UPDATE COUNTER SET AMOUNT = 1000");
                return sql.change("INSERT INTO COUNTER VALUES (0)");
              });
      Future<Long> after = disk.counter.increment("sum", 1);
      gate.open();
      assertThat(thrownBy(broken)).isInstanceOf(SQLException.class);
      assertThat(await(first)).isEqualTo(1);
      assertThat(await(before)).isEqualTo(1);
      assertThat(await(after)).isEqualTo(2);
      assertThat(await(disk.counter.get("first"))).isEqualTo(1);
      ShadowDisk.cutPower(directory, found, new Random(1));
    }
    try (Disk disk = new Disk(found, Durability.FSYNC)) { // what the log says is the same
      assertThat(await(disk.counter.get("sum"))).isEqualTo(2);
      assertThat(await(disk.counter.get("first"))).isEqualTo(1);
    }
  }
}
