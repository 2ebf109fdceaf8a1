package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Durability;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cache's time and room, with a clock that stands still until it is moved. */
@Timeout(120)
class DiskCacheTest {

  private static final long ROOM = 10_000;
  private static final String KILOBYTE = "x".repeat(1_000);

  private final Path directory;
  private final AtomicLong now = new AtomicLong(10_000_000);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

  DiskCacheTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Disk open(long room) {
    return new Disk(directory, Durability.FSYNC, room, clock, 1_000);
  }

  /** How many entries the table has, dead or alive. */
  private static long rows(Disk disk) {
    DiskCache cache = (DiskCache) disk.cache;
    return await(
        cache.disk().read("", sql -> sql.first("SELECT COUNT(*) FROM CACHE", r -> r.getLong(1))));
  }

  @Test
  void anEntryLivesUntilItsDeadlineToTheMillisecond() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", "value", 1_000));
      now.addAndGet(999);
      assertThat(await(disk.cache.get("key"))).isEqualTo("value");
      now.addAndGet(1);
      assertThat(await(disk.cache.get("key"))).isNull();
    }
  }

  @Test
  void settingAgainReplacesValueAndDeadline() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", "old", 1_000));
      await(disk.cache.set("key", "new", 5_000));
      now.addAndGet(4_999);
      assertThat(await(disk.cache.get("key"))).isEqualTo("new");
    }
  }

  @Test
  void expiredEntriesAreDeletedWithoutBeingRead() {
    try (Disk disk = open(1 << 20)) {
      for (int i = 0; i < 250; i++) {
        disk.cache.set("key" + i, "value", 1_000);
      }
      await(disk.cache.set("longer", "value", 2_000));
      assertThat(rows(disk)).isEqualTo(251);
      now.addAndGet(1_000);
      while (rows(disk) > 1) { // the maintenance comes by every 10 ms
        Thread.onSpinWait();
      }
      assertThat(await(disk.cache.get("longer"))).isEqualTo("value");
    }
  }

  @Test
  void expiredEntriesAreDeletedAfterARestart() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", "value", 1_000));
    }
    now.addAndGet(1_000);
    try (Disk disk = open(ROOM)) {
      while (rows(disk) > 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** The clock was set back by an hour while the server did not run. */
  @Test
  void aClockThatIsBehindAtAStartLetsNoEntryLiveLonger() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", "value", 60_000));
    }
    now.addAndGet(-3_600_000);
    try (Disk disk = open(ROOM)) {
      assertThat(await(disk.cache.get("key"))).isEqualTo("value");
      now.addAndGet(60_000);
      assertThat(await(disk.cache.get("key"))).isNull();
      await(disk.cache.set("new", "value", 1_000));
      now.addAndGet(999);
      assertThat(await(disk.cache.get("new"))).isEqualTo("value");
    }
  }

  @Test
  void aFullCacheEvictsWhatIsNextToExpire() {
    try (Disk disk = open(ROOM)) {
      for (int i = 0; i < 20; i++) {
        await(disk.cache.set("key" + i, KILOBYTE, 10_000 - i));
      }
      assertThat(rows(disk)).isBetween(7L, 9L);
      assertThat(await(disk.cache.get("key0"))).isEqualTo(KILOBYTE);
      assertThat(await(disk.cache.get("key19"))).isNull();
    }
  }

  @Test
  void overwritingDoesNotUseUpTheRoom() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("other", KILOBYTE, 1_000));
      for (int i = 0; i < 100; i++) {
        await(disk.cache.set("key", KILOBYTE, 5_000));
      }
      assertThat(await(disk.cache.get("other"))).isEqualTo(KILOBYTE);
    }
  }

  @Test
  void anEntryLargerThanTheRoomIsNotKeptAndEvictsNothing() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("other", KILOBYTE, 1_000));
      await(disk.cache.set("key", "small", 5_000));
      await(disk.cache.set("key", KILOBYTE.repeat(11), 5_000));
      assertThat(await(disk.cache.get("key"))).isNull();
      assertThat(await(disk.cache.get("other"))).isEqualTo(KILOBYTE);
    }
  }

  @Test
  void aSmallerRoomAfterARestartEvicts() {
    try (Disk disk = open(ROOM)) {
      for (int i = 0; i < 5; i++) {
        await(disk.cache.set("key" + i, KILOBYTE, 1_000 + i));
      }
    }
    try (Disk disk = open(ROOM / 4)) {
      while (rows(disk) > 2) {
        Thread.onSpinWait();
      }
      assertThat(await(disk.cache.get("key4"))).isEqualTo(KILOBYTE);
    }
  }

  @Test
  void theRoomIsCountedRightAfterARequestThatBroke() throws Exception {
    try (Disk disk = open(ROOM)) {
      DiskAccess table = ((DiskCache) disk.cache).disk();
      ForceGate gate = new ForceGate(disk.log("cache"));
      Future<Void> first = disk.cache.set("first", "value", 5_000);
      gate.awaitForce();
      Future<Void> sameBatch = disk.cache.set("large", KILOBYTE.repeat(6), 5_000);
      Future<Integer> broken = table.write("x", sql -> sql.change("INSERT INTO CACHE VALUES (0)"));
      gate.open();
      assertThat(thrownBy(broken)).isInstanceOf(SQLException.class);
      Disk.awaitSuccess(List.of(first, sameBatch));
      assertThat(await(disk.cache.get("first"))).isEqualTo("value");
    }
  }
}
