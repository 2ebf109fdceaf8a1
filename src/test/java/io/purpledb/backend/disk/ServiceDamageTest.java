package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.TablePages.Part;
import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pages of one service's tables that are not as they were written: what works beside the requests
 * goes on, so the other services do, and this one as far as it can be read.
 */
@Timeout(240)
class ServiceDamageTest {

  private static final int ENTRIES = 3_000;
  private static final int ALL = Integer.MAX_VALUE;
  private static final long ROOMY = 64 << 20;
  private static final long TTL_MILLIS = 100_000;
  private static final int IN_PARTS = 300_000;

  private final Path directory;
  private final AtomicLong now = new AtomicLong(10_000_000);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

  ServiceDamageTest(@TempDir Path parent) {
    directory = parent.resolve("data");
  }

  private Disk open(long room) {
    return open(directory, room);
  }

  /** A file is damaged only where something is asked for, not where something is to be moved. */
  private Disk open(Path data, long room) {
    return Disk.withoutCheckpoints(data, room, clock);
  }

  private static String key(int i) {
    return "an entry of the cache with a number, which is " + i + " ".repeat(150);
  }

  /** Entries of the cache, each of which expires a millisecond later than the one before. */
  private static void fill(Disk disk) {
    List<Future<Void>> sets = new ArrayList<>();
    for (int i = 0; i < ENTRIES; i++) {
      sets.add(disk.cache.set(key(i), "v" + i, TTL_MILLIS + i));
    }
    Disk.awaitSuccess(sets);
  }

  private static void delete(Disk disk, String key) {
    Change delete = new Change.Delete(Key.of(Call.DEFAULT_NAMESPACE, "cache", key));
    var unused = await(disk.cache.engine().commit(Call.NOTHING, Commit.of(delete)));
  }

  /** What each service is asked, with whatever else there is to do: that goes before an answer. */
  private static void assertAllServe(Disk disk, String value) {
    assertOthersServe(disk, value);
    await(disk.cache.set("new", value, TTL_MILLIS));
    assertThat(await(disk.cache.get("new"))).isEqualTo(value);
    assertThat(await(disk.cache.health().map(true))).isTrue();
  }

  private static void assertOthersServe(Disk disk, String value) {
    await(disk.kv.put("k", ByteString.copyFromUtf8(value)));
    assertThat(await(disk.kv.get("k"))).isEqualTo(ByteString.copyFromUtf8(value));
    await(disk.counter.increment("c", 1));
    await(disk.flag.set("f", true));
    await(disk.set.add("of all", value));
    assertThat(await(disk.kv.health().map(true))).isTrue();
  }

  /** Lets all that is due be freed: with each write go a hundred. */
  private static void sweep(Disk disk) {
    for (int i = 0; i < ENTRIES / 100 + 1; i++) {
      await(disk.kv.put("sweep", ByteString.EMPTY));
    }
  }

  private static void assertDegraded(Disk disk) {
    assertThat(disk.notices())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("entries.mv.db: the 4096 bytes from", "reads failed by damage");
  }

  @ParameterizedTest
  @CsvSource({"ROWS, 1", "ORDER, 1", "ROWS, " + ALL, "ORDER, " + ALL})
  void whereItCannotBeReadWhatExpiresNothingStopsAndNothingLivesLonger(Part part, int blocks)
      throws Exception {
    try (Disk disk = open(ROOMY)) {
      fill(disk);
    }
    TablePages.damage(directory, "EXPIRY_cache", part, 0, blocks);
    Path killed = directory.resolveSibling("killed");
    try (Disk disk = open(ROOMY)) {
      assertAllServe(disk, "before");
      assertThat(await(disk.cache.get(key(0)))).isEqualTo("v0");
      now.addAndGet(TTL_MILLIS + 1);
      assertAllServe(disk, "when two are due");
      assertThat(await(disk.cache.get(key(1)))).isNull();
      assertThat(await(disk.cache.get(key(2)))).isEqualTo("v2");
      await(disk.cache.set(key(2), "sooner", 1));
      await(disk.cache.set(key(3), "later", 2 * TTL_MILLIS));
      delete(disk, key(4));
      now.addAndGet(ENTRIES);
      sweep(disk);
      assertAllServe(disk, "when all are due");
      assertDegraded(disk);
      KvFiles.copy(directory, killed);
    }
    for (Path left : List.of(directory, killed)) {
      try (Disk disk = open(left, ROOMY)) {
        sweep(disk);
        assertAllServe(disk, "after a restart");
        for (int i = 0; i < ENTRIES; i += i < 10 ? 1 : 97) {
          assertThat(await(disk.cache.get(key(i)))).isEqualTo(i == 3 ? "later" : null);
        }
        assertDegraded(disk);
      }
    }
  }

  /** As where the process has ended before what it knew was in the file, which is damaged then. */
  @ParameterizedTest
  @EnumSource
  void whatTheLogHasOfExpiriesIsLeftOutWhereTheseCannotBeRead(Part part) throws Exception {
    Path killed = directory.resolveSibling("killed");
    try (Disk disk = open(ROOMY)) {
      fill(disk);
    }
    try (Disk disk = open(ROOMY)) {
      for (int i = 0; i < ENTRIES; i += 10) {
        await(disk.cache.set(key(i), "again", TTL_MILLIS / 2));
      }
      KvFiles.copy(directory, killed);
    }
    TablePages.damage(killed, "EXPIRY_cache", part, 0, ALL);
    try (Disk disk = open(killed, ROOMY)) {
      assertThat(await(disk.cache.get(key(10)))).isEqualTo("again");
      assertAllServe(disk, "after a restart");
      now.addAndGet(TTL_MILLIS / 2);
      assertThat(await(disk.cache.get(key(10)))).isNull();
      assertDegraded(disk);
    }
  }

  /** Where its expiry was noted before that was put off it stays, again and again. */
  @Test
  void anExpiryThatCannotBeMovedTakesNoEntryWithIt() throws Exception {
    try (Disk disk = open(ROOMY)) {
      fill(disk);
      await(disk.cache.set(key(0), "later", TTL_MILLIS + ENTRIES / 2));
    }
    TablePages.damage(directory, "EXPIRY_cache", Part.ORDER, 1, ALL);
    now.addAndGet(TTL_MILLIS);
    for (int i = 0; i < 2; i++) {
      try (Disk disk = open(ROOMY)) {
        sweep(disk);
        assertThat(await(disk.cache.get(key(0)))).isEqualTo("later");
        assertDegraded(disk);
      }
    }
    now.addAndGet(ENTRIES / 2);
    try (Disk disk = open(ROOMY)) {
      assertThat(await(disk.cache.get(key(0)))).isNull();
    }
  }

  /** The items of a set are asked for all at once, which takes a shorter way if none expires. */
  @ParameterizedTest
  @EnumSource
  void ofItemsThatExpireNoneLivesLonger(Part part) throws Exception {
    List<Future<?>> puts = new ArrayList<>();
    Value nothing = new Value.OfBytes(ByteString.EMPTY);
    try (Disk disk = open(ROOMY)) {
      for (int i = 0; i < ENTRIES; i++) {
        Key item = new Key(Call.DEFAULT_NAMESPACE, "set", "s", "item " + i);
        Change put = new Change.Put(item, nothing, Description.NONE, TTL_MILLIS + i);
        puts.add(disk.cache.engine().commit(Call.NOTHING, Commit.of(put)));
      }
      Disk.awaitSuccess(puts);
    }
    TablePages.damage(directory, "EXPIRY_set", part, 0, ALL);
    now.addAndGet(TTL_MILLIS + ENTRIES * 3 / 4);
    try (Disk disk = open(ROOMY)) {
      sweep(disk);
      int left = ENTRIES / 4 - 1;
      assertThat(await(disk.set.get("s")).size()).isEqualTo(left);
      assertThat(await(disk.set.add("s", "new")).size()).isEqualTo(left + 1);
      assertAllServe(disk, "v");
      assertDegraded(disk);
    }
  }

  /** What makes room then is anything, as where nothing expires; the room is kept to. */
  @ParameterizedTest
  @EnumSource
  void whereItCannotBeReadWhatIsNextToExpireSomethingElseMakesRoom(Part part) throws Exception {
    try (Disk disk = open(ROOMY)) {
      fill(disk);
    }
    TablePages.damage(directory, "EXPIRY_cache", part, 0, ALL);
    try (Disk disk = open(ENTRIES * 250)) {
      for (int i = 0; i < 10; i++) {
        assertAllServe(disk, "v" + i);
      }
      assertDegraded(disk);
    }
    assertThat(KvFiles.rows(directory, "ENTRIES_cache"))
        .as("of 360 bytes each")
        .isBetween(ENTRIES / 2L, ENTRIES * 3 / 4L);
  }

  @ParameterizedTest
  @EnumSource
  void whereEntriesCannotBeReadThatAreDueNothingStops(Part part) throws Exception {
    try (Disk disk = open(ROOMY)) {
      fill(disk);
      await(disk.cache.set("the last, as an opening reads that", "value", 10 * TTL_MILLIS));
    }
    TablePages.damage(directory, "ENTRIES_cache", part, 0, 1);
    now.addAndGet(TTL_MILLIS + ENTRIES);
    try (Disk disk = open(ROOMY)) {
      sweep(disk);
      assertOthersServe(disk, "when some are due");
      assertDegraded(disk);
    }
    try (Disk disk = open(1)) {
      sweep(disk);
      assertOthersServe(disk, "when room is wanted");
      assertDegraded(disk);
    }
  }

  /** Large values that are freed, of the cache and of others: a table has the parts of all. */
  @ParameterizedTest
  @EnumSource
  void wherePartsCannotBeReadThatAreToBeFreedNothingStops(Part part) throws Exception {
    ByteString large = ByteString.copyFrom(new byte[IN_PARTS]);
    try (Disk disk = open(ROOMY)) {
      fill(disk);
      for (int i = 0; i < 40; i++) {
        await(disk.kv.put("large" + i, large));
        await(disk.cache.set("large" + i, large.toStringUtf8(), TTL_MILLIS));
      }
    }
    TablePages.damage(directory, "VALUE_PART", part, 0, ALL);
    Path killed = directory.resolveSibling("killed");
    try (Disk disk = open(ROOMY)) {
      for (int i = 0; i < 20; i++) {
        assertThat(await(disk.kv.delete("large" + i))).isTrue();
      }
      now.addAndGet(TTL_MILLIS);
      sweep(disk);
      assertAllServe(disk, "when some are to be freed");
      assertThat(await(disk.kv.get("large0"))).isNull();
      assertThat(await(disk.cache.get("large1"))).isNull();
      assertDegraded(disk);
      KvFiles.copy(directory, killed);
    }
    for (Path left : List.of(directory, killed)) {
      try (Disk disk = open(left, ROOMY)) {
        sweep(disk);
        assertAllServe(disk, "after a restart");
      }
    }
  }

  /**
   * Nobody has asked for what is damaged when it is to be moved: the database is opened again for
   * that, once, and it is not moved from then on.
   */
  @Test
  void whatCannotBeReadIsNotMovedAgainAndAgain() throws Exception {
    try (Disk disk = open(ROOMY)) {
      List<Future<?>> flags = new ArrayList<>();
      for (int i = 0; i < ENTRIES; i++) {
        flags.add(disk.flag.set("a flag " + i, true));
      }
      Disk.awaitSuccess(flags);
      Disk.awaitSuccess(overwrite(disk)); // beside it, so that it is to be moved when these go
    }
    TablePages.damage(directory, "ENTRIES_flag", Part.ROWS, 0, ALL);
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (int i = 0; disk.notices().isEmpty(); i++) {
        assertThat(i).as("rounds until it is found").isLessThan(200);
        await(Future.join(overwrite(disk)).otherwiseEmpty());
      }
      await(Future.join(overwrite(disk)).otherwiseEmpty()); // behind whatever follows from it
      while (disk.kv.health().failed()) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 20; i++) {
        Disk.awaitSuccess(overwrite(disk));
      }
      assertThat(await(disk.kv.health().map(true))).isTrue();
      assertDegraded(disk);
    }
  }

  private static List<Future<?>> overwrite(Disk disk) {
    List<Future<?>> puts = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      puts.add(disk.kv.put("k" + i, ByteString.copyFrom(new byte[2_000])));
    }
    return puts;
  }
}
