package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.entries.EntryStore;
import io.purpledb.backend.disk.upgrade.UpgradeState;
import io.purpledb.config.Durability;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a version before has kept in databases of their own is served, and told when it cannot. */
@Timeout(120)
class UpgradeTest {

  private static final List<String> MARKS =
      List.of("cache.state", "counter.state", "flag.state", "kv.state", "set.state");

  private final Path parent;
  private final Path data;
  private final OldData old;

  UpgradeTest(@TempDir Path parent) throws Exception {
    this.parent = parent;
    data = Files.createDirectory(parent.resolve("data"));
    old = new OldData(data, 300);
  }

  @AfterEach
  void forget() {
    ShadowDisk.forget(data);
  }

  private Disk open() {
    return Disk.inPieces(data, Durability.FSYNC);
  }

  private String refusal() {
    StartFailure refused = catchThrowableOfType(StartFailure.class, () -> open().close());
    assertThat(refused).as("the refusal").isNotNull();
    assertThat(refused.exitCode()).isEqualTo(1);
    return refused.line();
  }

  /** Lets the disk be full when the log of the entries was forced so often for values. */
  private void fillAfter(int forces) throws IOException {
    ShadowDisk.register();
    AtomicInteger left = new AtomicInteger(forces);
    ShadowDisk.of(data.resolve("entries.redo"))
        .beforeForce(
            () -> {
              boolean others = !Files.exists(data.resolve("flag.mv.db")); // are here
              if (others && left.decrementAndGet() == 0) {
                ShadowDisk.full(data, true);
              }
            });
  }

  private void freeAgain() {
    ShadowDisk.full(data, false);
    ShadowDisk.of(data.resolve("entries.redo")).beforeForce(() -> {});
  }

  /** Ends the upgrade in the middle. */
  private String cutOff() throws IOException {
    fillAfter(3);
    String line = refusal();
    freeAgain();
    return line;
  }

  @Test
  void allIsServedAndOnlyTheMarksStay() throws Exception {
    old.write();
    for (int start = 0; start < 2; start++) {
      try (Disk disk = open()) {
        old.assertServed(disk);
      }
      assertThat(OldData.files(data)).isEqualTo(MARKS);
    }
    try (Disk disk = open()) {
      assertThat(await(disk.counter.increment("counter7", 1))).isEqualTo(8);
      await(disk.kv.put("in parts", ByteString.EMPTY));
      assertThat(await(disk.kv.delete("in a row"))).isTrue();
    }
    try (Disk disk = open()) {
      assertThat(await(disk.counter.get("counter7"))).isEqualTo(8);
      assertThat(await(disk.kv.get("in parts"))).isEqualTo(ByteString.EMPTY);
      assertThat(await(disk.kv.get("in a row"))).isNull();
    }
    assertThat(DiskCheck.of(data).whole()).isTrue();
  }

  @Test
  void aVersionBeforeIsNotEmptyWithoutAWord() throws Exception {
    old.write();
    open().close();
    assertThat(catchThrowableOfType(StartFailure.class, old::openKv).line())
        .contains("kv.mv.db is damaged: kv.mv.db: it is missing");
  }

  @Test
  void itIsLoggedWithCounts() throws Exception {
    old.write();
    List<String> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord log) {
            lines.add(new java.util.logging.SimpleFormatter().formatMessage(log));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Upgrade.class.getName());
    logger.addHandler(handler);
    try {
      open().close();
      open().close();
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(lines)
        .satisfiesExactly(
            line -> assertThat(line).contains("cache.mv.db is of a version before: its 303"),
            line -> assertThat(line).contains("entries.mv.db has all 303 entries of "),
            line -> assertThat(line).contains("counter.mv.db is of a version before: its 301"),
            line -> assertThat(line).contains("entries.mv.db has all 301 entries of "),
            line -> assertThat(line).contains("flag.mv.db is of a version before: its 300"),
            line -> assertThat(line).contains("entries.mv.db has all 300 entries of "),
            line -> assertThat(line).contains("kv.mv.db is of a version before: its 304 entries"),
            line -> assertThat(line).contains("entries.mv.db has all 304 entries of "),
            line -> assertThat(line).contains("set.mv.db is of a version before: its 602 entries"),
            line -> assertThat(line).contains("entries.mv.db has all 602 entries of "));
  }

  @Test
  void onAFullDiskItIsRefusedAndGoesOnLater() throws Exception {
    old.write();
    assertThat(cutOff())
        .contains(
            data.resolve("entries.mv.db") + " has no room for what is in ",
            "(expected: about ",
            " bytes in " + data + "; the next start goes on)");
    assertThat(OldData.files(data)).contains("kv.mv.db", "kv.redo");
    try (Disk disk = open()) {
      old.assertServed(disk);
    }
    assertThat(OldData.files(data)).isEqualTo(MARKS);
  }

  /** Somebody went back to the version before, and came again. */
  @Test
  void whatWasWrittenMeanwhileIsTaken() throws Exception {
    old.write();
    cutOff();
    DatabaseConnections kv = old.openKv();
    kv.writing().change("DELETE FROM KV WHERE KV_KEY = ?", "empty".getBytes(UTF_8));
    OldData.put(kv, "key0", OldData.value(99, 5));
    kv.commit(false);
    kv.force();
    kv.close();
    try (Disk disk = open()) {
      assertThat(await(disk.kv.get("empty"))).isNull();
      assertThat(await(disk.kv.get("key0"))).isEqualTo(OldData.value(99, 5));
      assertThat(await(disk.kv.get("key1"))).isEqualTo(OldData.value(1, 1));
      assertThat(await(disk.kv.get("last"))).isEqualTo(OldData.value(3, 10));
    }
  }

  /** Killed when all was copied and nothing removed yet; then as above, or at once. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasWrittenWhenAllWasCopiedIsTaken(boolean isWritten) throws Exception {
    old.write();
    Path backup = parent.resolve("backup");
    KvFiles.copy(data, backup);
    open().close();
    for (String suffix : OldData.SUFFIXES) {
      Files.deleteIfExists(data.resolve("kv" + suffix));
      Files.copy(backup.resolve("kv" + suffix), data.resolve("kv" + suffix));
    }
    DatabaseConnections kv = old.openKv();
    UpgradeState copied =
        new UpgradeState(
            UpgradeState.Stage.COPIED,
            kv.dataSet(),
            kv.lastNumber(),
            ByteString.copyFromUtf8("last"));
    if (isWritten) {
      OldData.put(kv, "key0", OldData.value(99, 5));
    }
    kv.commit(false);
    kv.force();
    kv.close();
    note(copied);
    try (Disk disk = open()) {
      assertThat(await(disk.kv.get("key0")))
          .isEqualTo(isWritten ? OldData.value(99, 5) : OldData.value(0, 0));
      assertThat(await(disk.kv.get("key1"))).isEqualTo(OldData.value(1, 1));
      assertThat(await(disk.kv.get("last"))).isEqualTo(OldData.value(3, 10));
    }
    assertThat(OldData.files(data)).isEqualTo(MARKS);
  }

  @Test
  void filesThatWereMovedAwayInTheMiddleAreEmpty() throws Exception {
    old.write();
    cutOff();
    for (String suffix : OldData.SUFFIXES) {
      Files.delete(data.resolve("kv" + suffix));
    }
    try (Disk disk = open()) {
      assertThat(await(disk.kv.get("empty"))).isNull();
      for (int i = 0; i < old.keys; i++) {
        assertThat(await(disk.kv.get("key" + i))).isNull();
        assertThat(await(disk.counter.get("counter" + i))).isEqualTo(i);
      }
    }
  }

  @Test
  void damagedFilesAreRefusedAsBefore() throws Exception {
    old.write();
    Path file = data.resolve("kv.mv.db");
    byte[] whole = Files.readAllBytes(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long at = 8192 + 100; at < whole.length; at += 4096) {
        channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), at);
      }
    }
    assertThat(refusal()).contains("kv.mv.db is damaged: ", "restore all of ", "move them away");
    Files.write(file, whole);
    Path sums = data.resolve("kv.sums");
    Files.move(sums, parent.resolve("sums"));
    assertThat(refusal()).contains("kv.mv.db is damaged: kv.sums: it is missing");
    Files.move(parent.resolve("sums"), sums);
    try (Disk disk = open()) {
      old.assertServed(disk);
    }
  }

  /** Found when it is read, behind others that were copied. */
  @Test
  void aDamagedValueIsRefused() throws Exception {
    old.write();
    Path file = data.resolve("kv.mv.db");
    byte[] whole = Files.readAllBytes(file);
    int at = indexOf(whole, OldData.value(2, 700_000).substring(50_000, 50_100).toByteArray());
    byte[] damaged = whole.clone();
    damaged[at]++;
    Files.write(file, damaged);
    assertThat(refusal()).contains("kv.mv.db is damaged: ", "kv.mv.db: the 4096 bytes from ");
    assertThat(OldData.files(data)).contains("kv.mv.db", "kv.redo");
    assertThat(Files.readAllBytes(file).length).isGreaterThanOrEqualTo(damaged.length);
    Files.write(file, whole);
  }

  private static int indexOf(byte[] all, byte[] some) {
    return new String(all, java.nio.charset.StandardCharsets.ISO_8859_1)
        .indexOf(new String(some, java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  @Test
  void filesThatAreCopiedInLaterAreRefused() throws Exception {
    old.write();
    Path backup = parent.resolve("backup");
    KvFiles.copy(data, backup);
    open().close();
    for (String suffix : OldData.SUFFIXES) {
      Path file = data.resolve("kv" + suffix);
      Files.deleteIfExists(file);
      Files.copy(backup.resolve("kv" + suffix), file);
    }
    for (int start = 0; start < 2; start++) {
      assertThat(refusal())
          .contains(
              "kv.mv.db is of a version before, and ",
              "entries.mv.db has had what belongs to kv since",
              "(expected: one of both; move ",
              "restore the whole directory from one backup)");
    }
    for (String suffix : OldData.SUFFIXES) {
      Files.delete(data.resolve("kv" + suffix));
    }
    try (Disk disk = open()) {
      old.assertServed(disk);
    }
  }

  /** Of a directory that this version has made. */
  @Test
  void filesBesideNewDataAreRefused() throws Exception {
    try (Disk disk = open()) {
      await(disk.kv.put("key", ByteString.EMPTY));
    }
    old.write();
    assertThat(refusal()).contains(".mv.db is of a version before, and ");
  }

  /** The clock was set back since the version before ran. */
  @Test
  void noEntryOfTheCacheLivesLongerForAClockThatIsBehind() throws Exception {
    long now = System.currentTimeMillis();
    DatabaseConnections cache = old.openCache();
    OldData.cache(cache, "dead", OldData.value(1, 10), now + 1_800_000);
    OldData.cache(cache, "alive", ByteString.copyFromUtf8("value"), now + 5_400_000);
    OldData.setCacheTime(cache, now + 3_600_000);
    cache.commit(false);
    cache.close();
    for (int start = 0; start < 2; start++) {
      try (Disk disk = open()) {
        assertThat(await(disk.cache.get("dead"))).isNull();
        assertThat(await(disk.cache.get("alive"))).isEqualTo("value");
      }
    }
  }

  /** No more than fits is taken, whatever the version before had room for. */
  @Test
  void aSmallerRoomIsKept() throws Exception {
    old.write();
    try (Disk disk = new Disk(data, Durability.FSYNC, 10_000, InstantSource.system(), 1_000)) {
      assertThat(await(disk.cache.get("in parts"))).isNull();
      assertThat(await(disk.cache.get("entry0"))).isNull();
      assertThat(await(disk.cache.get("entry299"))).hasSize(99);
    }
    assertThat(KvFiles.rows(data, "ENTRIES_cache")).isBetween(30L, 60L);
    assertThat(KvFiles.rows(data, "EXPIRY_cache")).isEqualTo(KvFiles.rows(data, "ENTRIES_cache"));
  }

  @Test
  void aMarkAloneIsRefused() throws Exception {
    old.write();
    open().close();
    for (String suffix : OldData.SUFFIXES) {
      Files.delete(data.resolve("entries" + suffix));
    }
    assertThat(refusal()).contains("cache.* there is only the file .state, and ", "start empty");
  }

  /** A kill while the files are removed, and a power cut, which may bring back some of them. */
  @Test
  void whatIsLeftOfFilesThatAreRemovedGoes() throws Exception {
    old.write();
    Path backup = parent.resolve("backup");
    KvFiles.copy(data, backup);
    open().close();
    long dataSet = new DiskFile(data, "kv", Durability.FSYNC).markedDataSet();
    for (int left = 0; left < (1 << 4) - 1; left++) {
      note(new UpgradeState(UpgradeState.Stage.COPIED, dataSet, 0, ByteString.EMPTY));
      for (int i = 0; i < 4; i++) {
        if ((left & 1 << i) != 0) {
          String name = "kv" + OldData.SUFFIXES.get(i);
          Files.copy(backup.resolve(name), data.resolve(name));
        }
      }
      try (Disk disk = open()) {
        assertThat(await(disk.kv.get("last"))).isEqualTo(OldData.value(3, 10));
      }
      assertThat(OldData.files(data)).isEqualTo(MARKS);
    }
    note(new UpgradeState(UpgradeState.Stage.COPIED, dataSet + 1, 0, ByteString.EMPTY));
    Files.copy(backup.resolve("kv.mv.db"), data.resolve("kv.mv.db"));
    assertThat(refusal()).contains("kv.mv.db is of a version before, and ");
  }

  private void note(UpgradeState state) throws SQLException, IOException {
    DatabaseConnections entries =
        new DiskFile(data, DiskEngine.STEM, Durability.FSYNC)
            .open(EntryStore.schema(DiskBackends.IN_ENTRIES));
    state.put(entries.writing(), "kv");
    entries.commit(false);
    entries.close();
  }
}
