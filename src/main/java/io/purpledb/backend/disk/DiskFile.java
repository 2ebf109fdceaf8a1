package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.purpledb.backend.disk.journal.DamagedFileException;
import io.purpledb.backend.disk.journal.JournaledPath;
import io.purpledb.config.Durability;
import io.purpledb.config.StartFailure;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.api.ErrorCode;
import org.h2.store.fs.FilePath;

/** The file of one service's database: where it is, how it is opened, why it cannot be. */
final class DiskFile {

  private static final String SUFFIX = ".mv.db";
  private static final String LOG_SUFFIX = ".redo";

  /** What an opening after a kill runs again at most. */
  static final long MAX_LOG_BYTES = 32 << 20;

  private static final String EXPECTED = "(expected: a directory that the server can write to)";

  private static final Pattern VERSION = Pattern.compile(",version:([0-9a-f]{1,15}),");
  private static final int HEADER_BYTES = 4096;

  /**
   * H2 has no thread that writes, reuses space at once, neither compacts nor analyses on its own,
   * and keeps 32 MiB of pages, and results in memory. Small pages: of a table with many rows, a
   * changed row costs its page.
   */
  private static final String OPTIONS =
      ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;WRITE_DELAY=0;RETENTION_TIME=0"
          + ";MAX_COMPACT_TIME=0;ANALYZE_AUTO=0;PAGE_SIZE=2048;CACHE_SIZE=32768;MAX_MEMORY_ROWS=2147483647";

  private final Path directory;

  /** Without links and dots, which H2 would resolve by the text; known when it exists. */
  private Path realDirectory;

  private final String service;
  private final String fileSystem;
  private final boolean forcing;
  private final long maxLogBytes;

  /**
   * @param directory absolute
   */
  DiskFile(Path directory, String service, Durability durability) {
    this(directory, service, durability, "", MAX_LOG_BYTES);
  }

  /**
   * @param directory absolute
   * @param fileSystem the H2 file system below the journal: empty for the real one
   * @param maxLogBytes how long the log may become before a checkpoint
   */
  DiskFile(
      Path directory, String service, Durability durability, String fileSystem, long maxLogBytes) {
    JournaledPath.register();
    this.directory = directory;
    this.realDirectory = directory;
    this.service = service;
    this.fileSystem = fileSystem;
    this.forcing = durability == Durability.FSYNC;
    this.maxLogBytes = maxLogBytes;
  }

  Path path() {
    return directory.resolve(service + SUFFIX);
  }

  /**
   * Opens the database, after creating what is missing. What it finds is safe before it returns, so
   * that nothing is shown that a power cut could take back.
   *
   * @throws StartFailure with one line that says why it cannot be; the file is as it was
   */
  Connections open(Schema schema) {
    checkDirectory();
    try {
      long version = writtenVersion();
      Connections connections = Connections.open(url(), log(), forcing, maxLogBytes);
      try {
        checkVersion(version, connections.version());
        int format = schema.format(connections.unlogged(), path());
        connections.redo();
        schema.bringUpToDate(connections.unlogged(), format);
        JournaledPath.accept(storedPath());
        connections.checkpoint();
        forceDirectory();
        return connections;
      } catch (SQLException | IOException | RuntimeException e) {
        connections.abandon();
        throw e;
      }
    } catch (SQLException e) {
      throw refused(e);
    } catch (DamagedFileException e) {
      throw damaged(reason(e), e);
    } catch (IOException e) {
      throw failure("%s cannot be opened: %s".formatted(path(), reason(e)), e);
    }
  }

  private String url() {
    return "jdbc:h2:"
        + JournaledPath.SCHEME
        + ":"
        + fileSystem
        + realDirectory.resolve(service)
        + OPTIONS;
  }

  private FilePath log() {
    return FilePath.get(fileSystem + realDirectory.resolve(service + LOG_SUFFIX));
  }

  /** The database file as the file system below the journal knows it. */
  private String storedPath() {
    return fileSystem + realDirectory.resolve(service + SUFFIX);
  }

  /** The version that H2's file header tells, 0 without one. */
  private long writtenVersion() throws IOException {
    if (!Files.exists(path())) {
      return 0;
    }
    try (InputStream in = Files.newInputStream(path())) {
      Matcher version = VERSION.matcher(new String(in.readNBytes(HEADER_BYTES), ISO_8859_1));
      return version.find() ? Long.parseLong(version.group(1), 16) : 0;
    }
  }

  /** H2 takes older data without a word when it cannot read the newest. */
  private void checkVersion(long written, long found) {
    if (found < written) {
      String reason = "only version %d is readable (expected: %d)".formatted(found, written);
      throw damaged(reason, new IllegalStateException(reason));
    }
  }

  private void checkDirectory() {
    String name = directory.toString();
    if (name.contains(";") || (name.contains("\\") && File.separatorChar == '/')) {
      // a ; ends the path in a database's URL, and H2 takes a \ for a /
      throw failure(
          directory + " " + EXPECTED + ", without ; and \\", new IllegalArgumentException());
    }
    try {
      Files.createDirectories(directory);
      realDirectory = directory.toRealPath();
    } catch (IOException e) {
      throw failure("%s cannot be created: %s %s".formatted(directory, e, EXPECTED), e);
    }
    for (Path path : new Path[] {directory, path()}) {
      if (Files.exists(path) && !Files.isWritable(path)) {
        throw failure(path + " is not writable " + EXPECTED, new IllegalStateException());
      }
    }
  }

  /** Makes the names of new files safe. */
  private void forceDirectory() throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** The start failure that an exception of H2 means. */
  StartFailure refused(SQLException e) {
    if (e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
      return failure(path() + " is in use (expected: one server per directory)", e);
    }
    if (e.getErrorCode() == ErrorCode.OUT_OF_MEMORY) {
      return failure(path() + " does not fit into the heap (expected: a larger -Xmx)", e);
    }
    try {
      JournaledPath.closeLeft(storedPath());
    } catch (IOException left) {
      e.addSuppressed(left);
    }
    Throwable root = root(e);
    if (root instanceof IOException && !(root instanceof DamagedFileException)) {
      return failure("%s cannot be opened: %s".formatted(path(), reason(e)), e);
    }
    return damaged(reason(e), e);
  }

  private StartFailure damaged(String reason, Exception cause) {
    return failure(
        "%s is damaged: %s; restore %s.* from a backup, or move them away to start empty"
            .formatted(path(), reason, directory.resolve(service)),
        cause);
  }

  /** The innermost reason of a failure, in one line. */
  static String reason(Throwable e) {
    Throwable root = root(e);
    return root.getMessage() == null
        ? root.getClass().getSimpleName()
        : root.getMessage().lines().findFirst().orElse("");
  }

  private static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }

  private static StartFailure failure(String text, Exception cause) {
    return StartFailure.wrongSurroundings("data-dir: " + text, cause);
  }
}
