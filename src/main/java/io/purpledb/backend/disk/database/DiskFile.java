package io.purpledb.backend.disk.database;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.purpledb.backend.FileReason;
import io.purpledb.backend.disk.journal.JournaledPath;
import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.backend.disk.log.LogPolicy;
import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.Mark;
import io.purpledb.backend.disk.record.Mark.Status;
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
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.message.DbException;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/** The files of one service's database: where they are, and how they are opened. */
public final class DiskFile {

  /** What the names of the files of entries begin with. */
  public static final String ENTRIES = "entries";

  private static final String SUFFIX = ".mv.db";
  private static final String LOG_SUFFIX = ".redo";
  private static final String MARK_SUFFIX = ".state";

  /** All files of a database in order. */
  private static final List<String> SUFFIXES =
      List.of(SUFFIX, ".sums", ".journal", LOG_SUFFIX, MARK_SUFFIX);

  private static final String EXPECTED = "(expected: a directory that the server can write to)";

  private static final Pattern VERSION = Pattern.compile(",version:([0-9a-f]{1,15}),");
  private static final int HEADER_BYTES = 4096;

  /**
   * H2 has no thread that writes, reuses space at once, neither compacts nor analyses on its own,
   * and keeps some KiB of pages, and results in memory. Small pages: of a table with many rows, a
   * changed row costs its page.
   */
  private static final String OPTIONS =
      ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;WRITE_DELAY=0;RETENTION_TIME=0"
          + ";MAX_COMPACT_TIME=0;ANALYZE_AUTO=0;PAGE_SIZE=2048;MAX_MEMORY_ROWS=2147483647;CACHE_SIZE=";

  private final Path directory;

  /** Without links and dots, which H2 would resolve by the text; known when it exists. */
  private Path realDirectory;

  private final String service;
  private final String fileSystem;
  private final LogPolicy policy;
  private final Refusals refusals;
  private final KnownDamage damage = new KnownDamage();

  /** The data set that was opened first: the others of this process must be the same. */
  private @Nullable Long dataSet;

  /**
   * @param directory absolute
   */
  public DiskFile(Path directory, String service, Durability durability) {
    this(directory, service, durability, "", DiskMemory.ofThisJvm());
  }

  /**
   * @param directory absolute
   * @param fileSystem the H2 file system below the journal: empty for the real one
   */
  public DiskFile(
      Path directory, String service, Durability durability, String fileSystem, DiskMemory memory) {
    JournaledPath.register();
    this.directory = directory;
    this.realDirectory = directory;
    this.service = service;
    this.fileSystem = fileSystem;
    this.policy = new LogPolicy(durability != Durability.PROCESS, memory, this::usableBytes);
    this.refusals = new Refusals(directory, path(), service);
  }

  public Path path() {
    return directory.resolve(service + SUFFIX);
  }

  /**
   * Opens the database, after creating what is missing if this is its first opening. What it finds
   * is durable before it returns, so that nothing is shown that a power cut could take back.
   *
   * @throws StartFailure with one line that says why it cannot be; the file is as it was
   */
  public DatabaseConnections open(Schema schema) {
    checkDirectory();
    try {
      Mark mark = Mark.read(stored(MARK_SUFFIX), service);
      try {
        checkFiles(mark);
        JournaledPath.expect(
            stored(SUFFIX).toString(), mark, policy.memory().journal(), policy.usableBytes());
        DatabaseConnections opened = open(schema, mark);
        dataSet = mark.dataSet();
        return opened;
      } catch (SQLException | IOException | RuntimeException | Error e) {
        mark.close();
        closeLeft(e);
        throw e;
      }
    } catch (SQLException | IOException e) {
      throw refused(e);
    }
  }

  private DatabaseConnections open(Schema schema, Mark mark) throws SQLException, IOException {
    long version = writtenVersion();
    FilesInPlace files = new FilesInPlace();
    DatabaseConnections connections =
        DatabaseConnections.open(
            url(),
            stored(SUFFIX).toString(),
            stored(LOG_SUFFIX),
            mark,
            files,
            policy,
            schema.names(),
            damage);
    try {
      checkVersion(version, connections.version());
      int format = schema.format(connections.unlogged(), path());
      schema.check(connections.unlogged(), format, mark, path());
      connections.redo();
      schema.bringUpToDate(connections.unlogged(), format, mark);
      mark.begin();
      connections.accept();
      connections.checkpoint();
      forceDirectory();
      mark.opened(connections.lastNumber());
      watch(files, connections);
      return connections;
    } catch (SQLException | IOException | RuntimeException | Error e) {
      connections.abandon();
      throw e;
    }
  }

  private void watch(FilesInPlace files, DatabaseConnections connections) throws IOException {
    for (String suffix : SUFFIXES) {
      files.add(
          realDirectory.resolve(service + suffix),
          switch (suffix) {
            case SUFFIX -> JournaledPath.inUse(stored(SUFFIX).toString())::leastBytes;
            case LOG_SUFFIX -> connections::logBytes;
            case ".journal" -> JournaledPath.inUse(stored(SUFFIX).toString())::journalBytes;
            default -> () -> 1;
          });
    }
  }

  /** Whether there is any of the files but the mark. */
  public boolean isThere() {
    checkDirectory();
    return SUFFIXES.stream()
        .anyMatch(suffix -> !suffix.equals(MARK_SUFFIX) && stored(suffix).exists());
  }

  /** Whether all files are there. */
  public boolean isWhole() {
    checkDirectory();
    return SUFFIXES.stream().allMatch(suffix -> stored(suffix).exists());
  }

  /** Whether there is the mark. */
  public boolean isMarked() {
    checkDirectory();
    return stored(MARK_SUFFIX).exists();
  }

  /** The data set that the mark tells; one that no other has when it is missing. */
  public long markedDataSet() {
    try (Mark mark = Mark.read(stored(MARK_SUFFIX), service)) {
      return mark.dataSet();
    } catch (IOException e) {
      throw refused(e);
    }
  }

  /**
   * Removes all files, durably, but the mark: because of it a version before, which would look for
   * them, refuses to start, and is not empty without a word.
   */
  public void remove() {
    checkDirectory();
    try {
      for (String suffix : SUFFIXES) {
        if (!suffix.equals(MARK_SUFFIX)) {
          stored(suffix).delete();
        }
      }
      forceDirectory();
    } catch (IOException | DbException e) {
      throw Refusals.failure(
          "%s cannot be removed: %s (expected: to remove it, as all that was in it is in %s)"
              .formatted(path(), Refusals.reason(e), directory.resolve(ENTRIES + SUFFIX)),
          e);
    }
  }

  private long usableBytes() {
    return realDirectory.toFile().getUsableSpace();
  }

  private String url() {
    return "jdbc:h2:"
        + JournaledPath.SCHEME
        + ":"
        + fileSystem
        + realDirectory.resolve(service)
        + OPTIONS
        + policy.memory().cache() / 1024;
  }

  /** A file as the file system below the journal knows it. */
  private FilePath stored(String suffix) {
    return FilePath.get(fileSystem + realDirectory.resolve(service + suffix));
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
  private void checkVersion(long written, long found) throws DamagedFileException {
    if (found < written) {
      throw new DamagedFileException(
          path().toString(),
          "only version %d is readable (expected: %d)".formatted(found, written));
    }
  }

  private void checkDirectory() {
    String name = directory.toString();
    if (name.contains(";") || (name.contains("\\") && File.separatorChar == '/')) {
      // a ; ends the path in a database's URL, and H2 takes a \ for a /
      throw Refusals.failure(
          directory + " " + EXPECTED + ", without ; and \\", new IllegalArgumentException());
    }
    try {
      if (dataSet == null) {
        Files.createDirectories(directory); // not again: it may be unmounted, and come back
      }
      realDirectory = directory.toRealPath();
    } catch (IOException e) {
      String verb = dataSet == null ? "created" : "found";
      throw Refusals.failure(
          "%s cannot be %s: %s %s".formatted(directory, verb, FileReason.of(e), EXPECTED), e);
    }
    for (Path path : new Path[] {directory, path()}) {
      if (Files.exists(path) && !Files.isWritable(path)) {
        throw Refusals.failure(path + " is not writable " + EXPECTED, new IllegalStateException());
      }
    }
  }

  /** A database is opened with all its files or, before the first promise, with any of them. */
  private void checkFiles(Mark mark) throws IOException {
    if (mark.status() == Status.NONE) {
      if (dataSet != null || stored(".sums").size() > 0) { // it is made before, but empty
        throw missing(MARK_SUFFIX);
      }
    } else if (dataSet != null && dataSet != mark.dataSet()) {
      throw new DamagedFileException(
          service + MARK_SUFFIX,
          "it is of data set %016x (expected: %016x, which was open before)"
              .formatted(mark.dataSet(), dataSet));
    } else if (!mark.fresh()) {
      for (String suffix : SUFFIXES) {
        if (!stored(suffix).exists()) {
          throw missing(suffix);
        }
      }
    }
  }

  private DamagedFileException missing(String suffix) {
    return new DamagedFileException(
        service + suffix, "it is missing (expected: it, as the files beside it are there)");
  }

  /** Makes the names of new files durable. */
  private void forceDirectory() throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** The start failure that an exception means; afterwards the files can be opened again. */
  public StartFailure refused(Exception e) {
    closeLeft(e);
    return refusals.of(e);
  }

  /** Closes what a failed opening has left; a database that is in use is its user's. */
  private void closeLeft(Throwable failed) {
    if (Refusals.isInUse(failed)) {
      return;
    }
    try {
      JournaledPath.closeLeft(stored(SUFFIX).toString());
    } catch (IOException left) {
      failed.addSuppressed(left);
    }
  }
}
