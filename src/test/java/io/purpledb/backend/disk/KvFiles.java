package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.entries.EntryStore;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.config.Durability;
import io.purpledb.message.Notices;
import io.purpledb.service.KvService;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Values in real files, for tests that damage them. */
final class KvFiles implements AutoCloseable {

  /** All files of the database. */
  static final List<String> NAMES =
      List.of("entries.mv.db", "entries.sums", "entries.journal", "entries.redo", "entries.state");

  private static final int KEYS = 120;
  private static final int QUEUE = 10_000;
  private static final DiskMemory MEMORY =
      new DiskMemory(
          8 << 20, 8 << 20, 4 << 20, 8 << 20, 64 << 10, 8 << 20,
          1 << 20); // so that there are many checkpoints

  final KvService kv;

  private final Vertx vertx = Vertx.vertx();
  private final DiskBackends backends;

  /**
   * @throws io.purpledb.config.StartFailure when it cannot be opened
   */
  KvFiles(Path directory) {
    backends =
        new DiskBackends(
            vertx, directory, Durability.FSYNC, 0, InstantSource.system(), QUEUE, "", MEMORY, 10);
    try {
      backends.open("kv");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    kv = new KvService(backends.engine("kv"));
  }

  /** Puts so much that a part is in the database file and a part in the log alone. */
  void fill() {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < KEYS; i++) {
        await(kv.put(key(i), value(round, i)));
      }
    }
    await(kv.put("last", value(0, 0)));
  }

  /** What is not as {@link #fill} left it; a read that fails is as good. */
  List<String> wrong() {
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      compare(key(i), value(2, i), wrong);
    }
    compare("last", value(0, 0), wrong);
    return wrong;
  }

  /** What health says beside its verdict. */
  List<String> notices() {
    return Notices.of(vertx).now();
  }

  private void compare(String key, ByteString expected, List<String> wrong) {
    Future<ByteString> read = kv.get(key);
    await(read.otherwiseEmpty());
    if (read.succeeded() && !expected.equals(read.result())) {
      wrong.add(key + (read.result() == null ? " is absent" : " has another value"));
    }
  }

  private static String key(int i) {
    return "key" + i;
  }

  private static ByteString value(int round, int i) {
    return ByteString.copyFromUtf8("%d %d ".formatted(round, i).repeat(1 + i * 7919 % 300));
  }

  /** Copies the files, as the death of the process would leave them. */
  static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.list(from)) {
      Files.createDirectories(to);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many rows a table has; of files that nobody uses. */
  static long rows(Path directory, String table) throws SQLException, IOException {
    DatabaseConnections entries = openEntries(directory);
    String count = "SELECT COUNT(*) FROM \"%s\"".formatted(table);
    long rows = Objects.requireNonNull(entries.unlogged().first(count, row -> row.getLong(1)));
    entries.close();
    return rows;
  }

  /** Has files that nobody uses say of which format they are. */
  static void setFormat(Path directory, int format) throws SQLException, IOException {
    DatabaseConnections entries = openEntries(directory);
    entries.unlogged().run("UPDATE META SET FORMAT = " + format);
    entries.close();
  }

  /** Puts a row of the cache into files that nobody uses that nobody can read. */
  static void putUnreadable(Path directory, String key) throws SQLException, IOException {
    DatabaseConnections entries = openEntries(directory);
    byte[] bytes = ('\0' + key).getBytes(UTF_8);
    entries
        .unlogged()
        .change("INSERT INTO \"ENTRIES_cache\" VALUES (?, ?)", bytes, new byte[] {-1});
    entries.close();
  }

  /**
   * The same of an entry whose time is over.
   *
   * @param envelope what is no entry
   */
  static void putUnreadableAndDue(Path directory, String key, byte... envelope)
      throws SQLException, IOException {
    DatabaseConnections entries = openEntries(directory);
    byte[] bytes = ('\0' + key).getBytes(UTF_8);
    entries.unlogged().change("INSERT INTO \"ENTRIES_cache\" VALUES (?, ?)", bytes, envelope);
    entries
        .unlogged()
        .change("INSERT INTO \"EXPIRY_cache\" VALUES (1, ?, ?)", (long) -envelope[0], bytes);
    entries.close();
  }

  private static DatabaseConnections openEntries(Path directory) {
    ShadowDisk.register(); // as others may know a shadow of them
    return new DiskFile(directory, DiskEngine.STEM, Durability.FSYNC, "shadow:", MEMORY)
        .open(EntryStore.schema(DiskBackends.IN_ENTRIES));
  }

  @Override
  public void close() {
    backends.close();
    await(vertx.close());
  }
}
