package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.backend.disk.upgrade.Former;
import io.purpledb.backend.disk.upgrade.FormerNumbers;
import io.purpledb.backend.disk.upgrade.FormerSets;
import io.purpledb.backend.disk.upgrade.FormerValues;
import io.purpledb.config.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Values, counters, flags, sets and a cache in databases of their own, as versions before {@code
 * entries} have left.
 */
final class OldData {

  static final List<String> SUFFIXES = List.of(".mv.db", ".sums", ".journal", ".redo", ".state");

  private static final String PUT = "MERGE INTO KV KEY(KV_KEY) VALUES (?, ?)";
  private static final String COUNT = "MERGE INTO COUNTER KEY(COUNTER_KEY) VALUES (?, ?)";
  private static final String SET = "MERGE INTO FLAG KEY(FLAG_KEY) VALUES (?, ?)";
  private static final String ADD = "INSERT INTO SET_ITEM VALUES (?, ?)";
  private static final String CACHE = "MERGE INTO CACHE KEY(CACHE_KEY) VALUES (?, ?, ?, ?)";
  private static final String SET_TIME = "UPDATE CACHE_TIME SET MILLIS = ?";
  private static final String PUT_PART = "INSERT INTO VALUE_PART VALUES (?, ?, ?, ?)";
  private static final int IN_PARTS = 700_000;
  private static final long HOUR = 3_600_000;

  final int keys;

  private final Path directory;

  OldData(Path directory, int keys) {
    this.directory = directory;
    this.keys = keys;
  }

  private DatabaseConnections open(String stem, Schema schema) {
    ShadowDisk.register();
    DiskMemory memory = DiskMemory.ofThisJvm();
    return new DiskFile(directory, stem, Durability.FSYNC, "shadow:", memory).open(schema);
  }

  /** Opens the values as the version before does. */
  DatabaseConnections openKv() {
    return open("kv", FormerValues.kv().schema());
  }

  void write() throws SQLException, IOException {
    DatabaseConnections kv = openKv();
    for (int i = 0; i < keys; i++) {
      put(kv, "key" + i, value(i, i % 100));
    }
    put(kv, "empty", ByteString.EMPTY);
    put(kv, "in a row", value(1, 2 * LargeValues.PART_BYTES)); // as before there were parts
    putParts(kv, "in parts", value(2, IN_PARTS));
    put(kv, "in parts", ByteString.EMPTY);
    put(kv, "last", value(3, 10));
    kv.commit(false);
    kv.force();
    kv.close();
    writeCache();
    DatabaseConnections counter = open("counter", FormerNumbers.counters().schema());
    for (int i = 0; i < keys; i++) {
      counter.writing().change(COUNT, ("counter" + i).getBytes(UTF_8), (long) i);
    }
    counter.writing().change(COUNT, "least".getBytes(UTF_8), Long.MIN_VALUE);
    counter.commit(false);
    counter.force();
    counter.close();
    DatabaseConnections flag = open("flag", FormerNumbers.flags().schema());
    for (int i = 0; i < keys; i++) {
      flag.writing().change(SET, ("flag" + i).getBytes(UTF_8), i % 2 == 0);
    }
    flag.commit(false);
    flag.force();
    flag.close();
    DatabaseConnections set = open("set", new FormerSets().schema());
    for (int i = 0; i < keys; i++) {
      add(set, "large", "item%05d".formatted(i));
      add(set, "set" + i % 10, "item" + i);
    }
    add(set, "set\0", "\0");
    add(set, "\ud83d\ude00", "\ud83d\ude00");
    set.commit(false);
    set.force();
    set.close();
  }

  private void writeCache() throws SQLException, IOException {
    DatabaseConnections cache = openCache();
    long now = System.currentTimeMillis();
    for (int i = 0; i < keys; i++) {
      cache(cache, "entry" + i, text(i % 100), now + HOUR + i);
    }
    cache(cache, "expired", text(10), now - 1);
    cache(cache, "in a row", text(2 * LargeValues.PART_BYTES), now + HOUR);
    putParts(cache, "in parts", text(IN_PARTS));
    cache(cache, "in parts", ByteString.EMPTY, now + HOUR);
    setCacheTime(cache, now);
    cache.commit(false);
    cache.force();
    cache.close();
  }

  /** Opens the cache as the version before does. */
  DatabaseConnections openCache() {
    return open("cache", FormerValues.cache().schema());
  }

  /** Sets an entry of the cache as the version before does. */
  static void cache(DatabaseConnections cache, String key, ByteString value, long deadlineMillis)
      throws SQLException {
    long cost = 150L + key.length() + value.size();
    cache.writing().change(CACHE, key.getBytes(UTF_8), value, deadlineMillis, cost);
  }

  /** Notes the time as the version before does. */
  static void setCacheTime(DatabaseConnections cache, long millis) throws SQLException {
    cache.writing().change(SET_TIME, millis);
  }

  private static void putParts(DatabaseConnections database, String key, ByteString value)
      throws SQLException {
    long part = 0;
    for (int from = 0; from < value.size(); from += LargeValues.PART_BYTES) {
      int to = Math.min(value.size(), from + LargeValues.PART_BYTES);
      byte[] bytes = key.getBytes(UTF_8);
      database.writing().change(PUT_PART, bytes, 1L, part++, value.substring(from, to));
    }
  }

  private static ByteString text(int length) {
    return ByteString.copyFromUtf8("x".repeat(length));
  }

  private static void add(DatabaseConnections set, String key, String item) throws SQLException {
    set.writing().change(ADD, key.getBytes(UTF_8), item.getBytes(UTF_8));
  }

  /** Puts a value as the version before does. */
  static void put(DatabaseConnections kv, String key, ByteString value) throws SQLException {
    kv.writing().change(PUT, key.getBytes(UTF_8), value);
  }

  static ByteString value(int seed, int bytes) {
    byte[] value = new byte[bytes];
    new Random(seed).nextBytes(value);
    return ByteString.copyFrom(value);
  }

  void assertServed(Disk disk) {
    for (int i = 0; i < keys; i++) {
      assertThat(await(disk.kv.get("key" + i))).as("key%d", i).isEqualTo(value(i, i % 100));
      assertThat(await(disk.counter.get("counter" + i))).isEqualTo(i);
      assertThat(await(disk.flag.get("flag" + i))).as("flag%d", i).isEqualTo(i % 2 == 0);
      assertThat(await(disk.cache.get("entry" + i))).isEqualTo("x".repeat(i % 100));
    }
    assertThat(await(disk.set.get("large"))).hasSize(keys).isSorted();
    for (int i = 0; i < 10; i++) {
      int of = i;
      assertThat(await(disk.set.get("set" + i)))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, keys)
                  .filter(n -> n % 10 == of)
                  .mapToObj(n -> "item" + n)
                  .toList());
    }
    assertThat(await(disk.set.get("set\0"))).containsExactly("\0");
    assertThat(await(disk.set.get("\ud83d\ude00"))).containsExactly("\ud83d\ude00");
    assertRestServed(disk);
    assertThat(await(disk.counter.get("least"))).isEqualTo(Long.MIN_VALUE);
  }

  private static void assertRestServed(Disk disk) {
    assertThat(await(disk.cache.get("expired"))).isNull();
    assertThat(await(disk.cache.get("in a row"))).hasSize(2 * LargeValues.PART_BYTES);
    assertThat(await(disk.cache.get("in parts"))).hasSize(IN_PARTS);
    assertThat(await(disk.kv.get("empty"))).isEqualTo(ByteString.EMPTY);
    assertThat(await(disk.kv.get("in a row"))).isEqualTo(value(1, 2 * LargeValues.PART_BYTES));
    assertThat(await(disk.kv.get("in parts"))).isEqualTo(value(2, IN_PARTS));
    assertThat(await(disk.kv.get("last"))).isEqualTo(value(3, 10));
  }

  /** The files of the version before that are there. */
  static List<String> files(Path directory) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (Former.ALL.stream().anyMatch(former -> name.startsWith(former.service() + "."))) {
          found.add(name);
        }
      }
    }
    found.sort(null);
    return found;
  }
}
