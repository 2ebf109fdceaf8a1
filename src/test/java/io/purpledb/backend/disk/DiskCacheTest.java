package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cache's time and room, with a clock that stands still until it is moved. */
@Timeout(120)
class DiskCacheTest {

  private static final long ROOM = 10_000;
  private static final String KILOBYTE = "x".repeat(1_000);
  private static final int IN_PARTS = 300_000;

  /** What an entry takes beside its key and value, and what more if that is in parts. */
  private static final long ENTRY_BYTES = 150;

  private static final long PARTS_BYTES = 16;

  /** Of a media type of 10 bytes, a name and a text of 1. */
  private static final long DESCRIBED_BYTES = 28;

  private final Path directory;
  private final AtomicLong now = new AtomicLong(10_000_000);
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());

  DiskCacheTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Disk open(long room) {
    return new Disk(directory, Durability.FSYNC, room, clock, 1_000);
  }

  /** How many entries the table has, dead or alive, when nobody uses it. */
  private long rows() throws Exception {
    long rows = KvFiles.rows(directory, "ENTRIES_cache");
    assertThat(KvFiles.rows(directory, "EXPIRY_cache")).isEqualTo(rows);
    return rows;
  }

  private static Engine engine(Disk disk) {
    return disk.cache.engine();
  }

  private static Key key(String name) {
    return Key.of(Call.DEFAULT_NAMESPACE, "cache", name);
  }

  private static Change put(String key, String value, Description description, long ttlMillis) {
    Value text = new Value.OfBytes(ByteString.copyFromUtf8(value));
    return new Change.Put(key(key), text, description, ttlMillis);
  }

  /** Sets a value; answers the position of that. */
  private static long set(Disk disk, String key, String value, long ttlMillis) {
    Change put = put(key, value, Description.NONE, ttlMillis);
    return await(engine(disk).commit(Call.NOTHING, Commit.of(put))).position();
  }

  /** What happens to the cache behind a position. */
  private static BlockingQueue<Event> watch(Disk disk, long position) {
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    Range all = Range.of(Call.DEFAULT_NAMESPACE, "cache");
    engine(disk).watch(Call.NOTHING, all, position).handler(told::add);
    return told;
  }

  private static Event next(BlockingQueue<Event> told) throws InterruptedException {
    return Objects.requireNonNull(told.poll(20, TimeUnit.SECONDS), "nothing happens");
  }

  /** The keys of so many events of a kind, whatever else is told in between. */
  private static List<String> take(BlockingQueue<Event> told, Event.Kind kind, int count)
      throws InterruptedException {
    List<String> keys = new ArrayList<>();
    while (keys.size() < count) {
      Event event = next(told);
      assertThat(event.kind()).isNotEqualTo(Event.Kind.GAP);
      if (event.kind() == kind) {
        assertThat(event.entry() == null).isEqualTo(kind != Event.Kind.PUT);
        keys.add(event.key().name());
      }
    }
    return keys;
  }

  /** What is told until a key is put. */
  private static List<Event.Kind> kindsUntil(BlockingQueue<Event> told, String key)
      throws InterruptedException {
    List<Event.Kind> kinds = new ArrayList<>();
    Event event = next(told);
    while (!event.key().name().equals(key)) {
      kinds.add(event.kind());
      event = next(told);
    }
    return kinds;
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

  /** The value is not written again for that. */
  @Test
  void settingTheSameValueAgainReplacesTheDeadline() throws Exception {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", KILOBYTE, 5_000));
      await(disk.cache.set("key", KILOBYTE, 1_000));
      await(disk.cache.set("later", KILOBYTE, 1_000));
      await(disk.cache.set("later", KILOBYTE, 5_000));
      now.addAndGet(1_000);
      assertThat(await(disk.cache.get("key"))).isNull();
      assertThat(await(disk.cache.get("later"))).isEqualTo(KILOBYTE);
    }
    try (Disk disk = open(ROOM)) {
      assertThat(await(disk.cache.get("later"))).isEqualTo(KILOBYTE);
    }
    assertThat(rows()).isBetween(1L, 2L);
  }

  @Test
  void expiredEntriesAreDeletedWithoutBeingRead() throws Exception {
    try (Disk disk = open(8 << 20)) {
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      for (int i = 0; i < 250; i++) {
        disk.cache.set("key" + i, "value", 1_000);
      }
      await(disk.cache.set("longer", "value", 2_000));
      assertThat(take(told, Event.Kind.PUT, 251)).doesNotHaveDuplicates();
      now.addAndGet(1_000);
      assertThat(take(told, Event.Kind.EXPIRED, 250)) // the maintenance comes by every 10 ms
          .doesNotHaveDuplicates()
          .doesNotContain("longer");
      assertThat(await(disk.cache.get("longer"))).isEqualTo("value");
    }
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void expiredEntriesAreDeletedAfterARestart() throws Exception {
    long position;
    try (Disk disk = open(ROOM)) {
      position = set(disk, "key", "value", 1_000);
    }
    assertThat(rows()).isEqualTo(1);
    now.addAndGet(1_000);
    try (Disk disk = open(ROOM)) {
      assertThat(take(watch(disk, position), Event.Kind.EXPIRED, 1)).containsExactly("key");
    }
    assertThat(rows()).isZero();
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

  /** The time is known as of the last write, and that of the first one is not enough. */
  @Test
  void ofTheTimeNothingIsLostThatAWriteKnew() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", "value", 60_000));
      now.addAndGet(1);
      await(disk.cache.set("other", "value", 60_000));
    }
    now.addAndGet(-3_600_000);
    try (Disk disk = open(ROOM)) {
      now.addAndGet(59_999);
      assertThat(await(disk.cache.get("key"))).isNull();
      assertThat(await(disk.cache.get("other"))).isEqualTo("value");
    }
  }

  @Test
  void aFullCacheEvictsWhatIsNextToExpire() throws Exception {
    try (Disk disk = open(ROOM)) {
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      for (int i = 0; i < 20; i++) {
        await(disk.cache.set("key" + i, KILOBYTE, 10_000 - i));
      }
      assertThat(await(disk.cache.get("key0"))).isEqualTo(KILOBYTE);
      assertThat(await(disk.cache.get("key19"))).isNull();
      assertThat(take(told, Event.Kind.EVICTED, 12))
          .as("each the last one, when the others fill the room")
          .first()
          .isEqualTo("key8");
    }
    assertThat(rows()).isBetween(7L, 9L);
  }

  /** What is set again and again goes by the time that it has, whenever it was set first. */
  @Test
  void whatWasPutOffIsNeitherEvictedNorFreedBeforeItsTime() throws Exception {
    try (Disk disk = open(ROOM)) {
      for (int i = 0; i < 8; i++) {
        await(disk.cache.set("key" + i, KILOBYTE, 1_000 + i));
      }
      await(disk.cache.set("key0", KILOBYTE, 9_000));
      await(disk.cache.set("key0", "y".repeat(1_000), 10_000));
      await(disk.cache.set("key1", KILOBYTE, 9_000));
    }
    now.addAndGet(500);
    try (Disk disk = open(ROOM)) {
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      await(disk.cache.set("more", KILOBYTE, 60_000));
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("key2");
      now.addAndGet(1_000);
      assertThat(take(told, Event.Kind.EXPIRED, 5)).doesNotHaveDuplicates();
      await(disk.cache.set("key1", KILOBYTE, 1_000)); // sooner again
      now.addAndGet(1_000);
      assertThat(take(told, Event.Kind.EXPIRED, 1)).containsExactly("key1");
      assertThat(await(disk.cache.get("key0"))).isEqualTo("y".repeat(1_000));
      now.addAndGet(8_000);
      assertThat(take(told, Event.Kind.EXPIRED, 1)).containsExactly("key0");
      assertThat(await(disk.cache.get("more"))).isEqualTo(KILOBYTE);
    }
    assertThat(rows()).isEqualTo(1);
  }

  /** Where everything was put off, something goes all the same. */
  @Test
  void aCacheThatWasSetAgainAsAWholeStaysInItsRoom() throws Exception {
    int count = 4_000;
    try (Disk disk = open(1 << 20)) {
      for (long ttl : List.of(1_000L, 100_000L)) {
        for (int first = 0; first < count; first += 500) {
          List<Change> puts = new ArrayList<>();
          for (int i = first; i < first + 500; i++) {
            puts.add(put("key" + i, "value", Description.NONE, ttl + i));
          }
          await(engine(disk).commit(Call.NOTHING, new Commit(List.of(), puts, List.of())));
        }
      }
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      set(disk, "large", "x".repeat(1 << 19), 500_000);
      set(disk, "next", "value", 500_000);
      assertThat(kindsUntil(told, "next")).contains(Event.Kind.EVICTED);
    }
  }

  /** Its envelopes say nothing of where an expiry is noted, as those of now that were set once. */
  @Test
  void whatTheFormatBeforeHasIsPutOffAndFreedAsWell() throws Exception {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", KILOBYTE, 1_000));
      await(disk.cache.set("other", KILOBYTE, 1_000));
    }
    KvFiles.setFormat(directory, 7);
    try (Disk disk = open(ROOM)) {
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      await(disk.cache.set("key", KILOBYTE, 2_000));
      now.addAndGet(1_000);
      assertThat(take(told, Event.Kind.EXPIRED, 1)).containsExactly("other");
      assertThat(await(disk.cache.get("key"))).isEqualTo(KILOBYTE);
      now.addAndGet(1_000);
      assertThat(take(told, Event.Kind.EXPIRED, 1)).containsExactly("key");
    }
    assertThat(rows()).isZero();
  }

  /** An expiry that was put off takes no room of the bound, not even after a restart. */
  @Test
  void whatIsPutOffTakesNoMoreRoom() throws Exception {
    long bytes = 3 * (ENTRY_BYTES + 1) + PARTS_BYTES + IN_PARTS + 2_000;
    long position = 0;
    try (Disk disk = open(bytes)) {
      for (int i = 0; i < 3; i++) {
        set(disk, "a", KILOBYTE, 1_000 + i);
        set(disk, "p", "p".repeat(IN_PARTS), 1_000 + i);
        position = set(disk, "b", KILOBYTE, 1_000 + i);
      }
    }
    try (Disk disk = open(bytes)) {
      BlockingQueue<Event> told = watch(disk, position);
      set(disk, "b", "y".repeat(1_000), 5_000);
      assertThat(kindsUntil(told, "b")).isEmpty();
      position = set(disk, "b", KILOBYTE + "z", 6_000) + 1;
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("a");
    }
    try (Disk disk = open(bytes - ENTRY_BYTES - 1_000)) {
      BlockingQueue<Event> told = watch(disk, position);
      position = set(disk, "marker", "", 1) + 1; // as it is evicted then
      assertThat(kindsUntil(told, "marker")).isEmpty();
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("marker");
    }
    try (Disk disk = open(bytes - ENTRY_BYTES - 1_000)) {
      assertThat(await(disk.cache.get("p"))).isEqualTo("p".repeat(IN_PARTS));
      assertThat(await(disk.cache.get("b"))).isEqualTo(KILOBYTE + "z");
    }
    try (Disk disk = open(bytes - ENTRY_BYTES - 1_001)) {
      assertThat(take(watch(disk, position), Event.Kind.EVICTED, 1)).containsExactly("p");
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
  void whatIsDeletedAndWhatExpiresLeavesItsRoom() throws Exception {
    try (Disk disk = open(ROOM)) {
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      for (int i = 0; i < 100; i++) {
        await(disk.cache.set("key" + i, KILOBYTE.repeat(3), 5_000));
        await(engine(disk).commit(Call.NOTHING, Commit.of(new Change.Delete(key("key" + i)))));
        await(disk.cache.set("short" + i, KILOBYTE.repeat(3), 1));
        now.addAndGet(1);
      }
      await(disk.cache.set("last", KILOBYTE.repeat(8), 5_000));
      assertThat(kindsUntil(told, "last"))
          .contains(Event.Kind.DELETED, Event.Kind.EXPIRED)
          .doesNotContain(Event.Kind.EVICTED);
      assertThat(await(disk.cache.get("last"))).isNotNull();
    }
  }

  @Test
  void anEntryLargerThanTheRoomIsNotKeptAndEvictsNothing() throws Exception {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("other", KILOBYTE, 1_000));
      await(disk.cache.set("key", "small", 5_000));
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      await(disk.cache.set("key", KILOBYTE.repeat(11), 5_000));
      assertThat(await(disk.cache.get("key"))).isNull();
      assertThat(await(disk.cache.get("other"))).isEqualTo(KILOBYTE);
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("key");
      Change larger = put("key", KILOBYTE.repeat(300), Description.NONE, 5_000);
      Committed committed = await(engine(disk).commit(Call.NOTHING, Commit.answering(larger)));
      assertThat(committed.isDone()).isTrue();
      assertThat(committed.entries()).containsOnlyNulls();
      assertThat(await(disk.cache.get("other"))).isEqualTo(KILOBYTE);
    }
    assertThat(rows()).isEqualTo(1);
    assertThat(KvFiles.rows(directory, "VALUE_PART")).isZero();
  }

  @Test
  void aSmallerRoomAfterARestartEvicts() throws Exception {
    long position = 0;
    try (Disk disk = open(ROOM)) {
      for (int i = 0; i < 5; i++) {
        position = set(disk, "key" + i, KILOBYTE, 1_000 + i);
      }
    }
    try (Disk disk = open(ROOM / 4)) {
      assertThat(take(watch(disk, position), Event.Kind.EVICTED, 3))
          .containsExactly("key0", "key1", "key2");
      assertThat(await(disk.cache.get("key4"))).isEqualTo(KILOBYTE);
    }
    assertThat(rows()).isEqualTo(2);
  }

  /** Of a room that is much smaller each commit frees a bit: a server's start is not one of all. */
  @Test
  void aMuchSmallerRoomIsReachedInTheEnd() throws Exception {
    try (Disk disk = open(8 << 20)) {
      List<Future<Void>> sets = new ArrayList<>();
      for (int i = 0; i < 900; i++) {
        sets.add(disk.cache.set("key" + i, KILOBYTE.repeat(2), 10_000 + i));
      }
      Disk.awaitSuccess(sets);
    }
    try (Disk disk = open(ROOM)) {
      while (await(disk.cache.get("key895")) != null) {
        Thread.onSpinWait();
      }
      assertThat(await(disk.cache.get("key896"))).isNotNull();
    }
    assertThat(rows()).isEqualTo(4);
  }

  /** To the byte, with a value in parts and one that is described, and after a restart. */
  @Test
  void allThatFitsIsKept() throws Exception {
    Description described = new Description("text/plain", Map.of("a", "b"));
    String inParts = "p".repeat(IN_PARTS);
    long bytes = 4 * (ENTRY_BYTES + 1) + PARTS_BYTES + IN_PARTS + 3_000;
    long position;
    try (Disk disk = open(2L * IN_PARTS)) {
      await(disk.cache.set("a", KILOBYTE, 1_000));
      set(disk, "p", inParts, 3_000);
      await(disk.cache.set("b", KILOBYTE, 2_000));
      position = set(disk, "c", KILOBYTE, 4_000);
    }
    try (Disk disk = open(bytes)) {
      BlockingQueue<Event> told = watch(disk, position);
      await(disk.cache.set("b", "y".repeat(1_000), 2_000)); // as large as before
      assertThat(kindsUntil(told, "b")).isEmpty();
      position = set(disk, "c", KILOBYTE + "z", 4_000);
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("a");
      assertThat(await(disk.cache.get("p"))).isEqualTo(inParts);
      Change put = put("d", KILOBYTE, described, 4_000); // a description has room as well
      position = await(engine(disk).commit(Call.NOTHING, Commit.of(put))).position() + 1;
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("b");
    }
    long left = bytes - 2 * 1_151 + 1 + 1_151 + DESCRIBED_BYTES; // c has grown, and d has come
    try (Disk disk = open(left)) { // as it is counted by a start
      BlockingQueue<Event> told = watch(disk, position);
      position = set(disk, "marker", "", 1_000) + 1; // as it is evicted then
      assertThat(kindsUntil(told, "marker")).isEmpty();
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("marker");
    }
    try (Disk disk = open(left - 1)) {
      BlockingQueue<Event> told = watch(disk, position);
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("p");
      assertThat(await(disk.cache.get("c"))).isEqualTo(KILOBYTE + "z");
      assertThat(await(disk.cache.get("d"))).isEqualTo(KILOBYTE);
    }
  }

  @Test
  void whatNeverExpiresGoesWhenNothingElseIsLeft() throws Exception {
    try (Disk disk = open(ROOM)) {
      BlockingQueue<Event> told = watch(disk, Engine.NOW);
      for (int i = 0; i < 20; i++) {
        set(disk, "forever" + i, KILOBYTE, Change.FOREVER);
      }
      assertThat(take(told, Event.Kind.EVICTED, 12)).doesNotHaveDuplicates();
      await(disk.cache.set("short", KILOBYTE, 1_000));
      assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("short");
    }
    assertThat(KvFiles.rows(directory, "ENTRIES_cache")).isEqualTo(8);
  }

  /** As where the cache is in Redis for a while: then its room here is none. */
  @Test
  void aServerThatKeepsTheCacheElsewhereEvictsNothing() {
    try (Disk disk = open(ROOM)) {
      await(disk.cache.set("key", KILOBYTE, 1L << 50)); // whatever the time is
    }
    try (KvFiles files = new KvFiles(directory)) {
      await(files.kv.put("key", ByteString.EMPTY));
      await(files.kv.put("key", ByteString.copyFrom(new byte[1_000])));
    }
    try (Disk disk = open(ROOM)) {
      assertThat(await(disk.cache.get("key"))).isEqualTo(KILOBYTE);
    }
  }

  @Test
  void theRoomIsCountedRightAfterARequestThatBroke() throws Exception {
    open(ROOM).close();
    KvFiles.putUnreadable(directory, "broken");
    try (Disk disk = open(ROOM)) {
      ForceGate gate = new ForceGate(disk.log());
      Future<Void> first = disk.cache.set("first", "value", 5_000);
      gate.awaitForce();
      Future<Void> sameBatch = disk.cache.set("large", KILOBYTE.repeat(6), 5_000);
      Future<Void> broken = disk.cache.set("broken", "value", 5_000);
      gate.open();
      assertThat(thrownBy(broken)).isInstanceOf(IllegalStateException.class);
      Disk.awaitSuccess(List.of(first, sameBatch));
      assertThat(await(disk.cache.get("first"))).isEqualTo("value");
    }
  }

  /** Not the start, nor what else is due, nor what makes room, nor other services. */
  @Test
  void whatCannotBeReadHoldsNobodyUp() throws Exception {
    open(ROOM).close();
    KvFiles.putUnreadableAndDue(directory, "broken", (byte) -1);
    KvFiles.putUnreadableAndDue(directory, "of no known size", (byte) 2);
    for (int i = 0; i < 2; i++) {
      try (Disk disk = open(ROOM)) {
        long position = set(disk, "short", "value", 1_000);
        BlockingQueue<Event> told = watch(disk, position);
        now.addAndGet(1_000);
        assertThat(take(told, Event.Kind.EXPIRED, 1)).containsExactly("short");
        for (int j = 0; j < 12; j++) {
          set(disk, "large" + j, KILOBYTE, 5_000 + j);
        }
        assertThat(take(told, Event.Kind.EVICTED, 1)).containsExactly("large0");
        await(disk.kv.put("k", ByteString.copyFromUtf8("v" + i)));
        assertThat(await(disk.kv.get("k"))).isEqualTo(ByteString.copyFromUtf8("v" + i));
        assertThat(thrownBy(disk.cache.get("broken"))).isNotNull();
        assertThat(await(disk.kv.health().map(true))).isTrue();
      }
      now.addAndGet(10_000);
    }
  }

  @Test
  void onAFullDiskPeopleDeleteWhileMuchExpires() {
    try (Disk disk = open(8 << 20)) {
      for (int i = 0; i < 10_000; i += 500) {
        List<Future<?>> writes = new ArrayList<>();
        for (int j = i; j < i + 500; j++) {
          writes.add(disk.cache.set("short" + j, "value", 60_000));
        }
        Disk.awaitSuccess(writes);
      }
      for (int i = 0; i < 100; i++) {
        await(disk.kv.put("k" + i, ByteString.copyFromUtf8("v")));
      }
      ShadowDisk.full(directory, true);
      ByteString some = ByteString.copyFrom(new byte[500]);
      for (int i = 0; await(disk.kv.put("more" + i, some).map(true).otherwise(false)); i++) {
        assertThat(i).as("until it is refused").isLessThan(100_000);
      }
      now.addAndGet(60_000);
      for (int i = 0; i < 100; i++) { // each by itself, and with what else there is to do
        assertThat(await(disk.kv.delete("k" + i))).isTrue();
      }
      assertThat(await(disk.cache.get("short1"))).isNull();
      ShadowDisk.full(directory, false);
    }
  }
}
