package io.purpledb.backend.disk;

import io.purpledb.config.Durability;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.h2.api.ErrorCode;

/**
 * The file of one service's database: opens it, checks its format, makes what was committed
 * durable. A file that is in use, damaged or of a newer format is refused and left as it is.
 */
final class DiskFile {

  /** The format of the tables. A change of them adds an upgrade to {@link #upgrade}. */
  static final int FORMAT = 1;

  private static final int ASYNC_WRITE_DELAY_MILLIS = 1_000;

  private final Path file;
  private final String url;
  private final Durability durability;
  private final List<String> schema;

  /**
   * @param scheme the file system of H2 to use, {@code file:} but in tests
   * @param name of the database; H2 adds {@code .mv.db}
   * @param schema the statements that make the tables when they are absent
   */
  DiskFile(String scheme, Path directory, String name, Durability durability, List<String> schema) {
    this.file = directory.resolve(name + ".mv.db");
    this.durability = durability;
    this.schema = List.copyOf(schema);
    this.url =
        "jdbc:h2:"
            + scheme
            + directory.resolve(name)
            + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;MAX_COMPACT_TIME=0"
            + (durability == Durability.ASYNC ? ";WRITE_DELAY=" + ASYNC_WRITE_DELAY_MILLIS : "");
  }

  Path path() {
    return file;
  }

  /**
   * Opens the database for the first time.
   *
   * @throws StartFailure with one line that names the file and says why not
   */
  Connection openAtStart() {
    try {
      makeDirectory();
      return open();
    } catch (SQLException e) {
      throw StartFailure.wrongSurroundings(reason(e), e);
    } catch (IOException e) {
      throw StartFailure.wrongSurroundings(
          "data-dir: %s cannot be used: %s (expected: a directory that this user may write to)"
              .formatted(file.getParent(), e),
          e);
    }
  }

  /** Opens the database, and makes its tables when it is new. */
  Connection open() throws SQLException, IOException {
    boolean isNew = !Files.exists(file);
    Connection connection = DriverManager.getConnection(url, "", "");
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      upgrade(statement);
      for (String sql : schema) {
        statement.execute(sql);
      }
      connection.commit();
      makeDurable(statement);
      if (isNew && durability == Durability.FSYNC) {
        forceDirectory();
      }
      return connection;
    } catch (SQLException | IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** A further connection to the open database, for reading. */
  Connection openReader() throws SQLException {
    return DriverManager.getConnection(url + ";IFEXISTS=TRUE", "", "");
  }

  /**
   * Does with what was committed what {@link Durability} promises. A commit alone writes nothing;
   * CHECKPOINT writes, CHECKPOINT SYNC also forces, once for all that was committed.
   */
  void makeDurable(Statement statement) throws SQLException {
    switch (durability) {
      case FSYNC -> statement.execute("CHECKPOINT SYNC");
      case PROCESS -> statement.execute("CHECKPOINT");
      case ASYNC -> {}
    }
  }

  private void upgrade(Statement statement) throws SQLException {
    statement.execute("CREATE TABLE IF NOT EXISTS META(FORMAT INT NOT NULL)");
    try (ResultSet rows = statement.executeQuery("SELECT FORMAT FROM META")) {
      if (rows.next()) {
        int found = rows.getInt(1);
        if (found > FORMAT) {
          throw StartFailure.wrongSurroundings(
              "%s: format %d (expected: at most %d; it was written by a newer version)"
                  .formatted(file, found, FORMAT),
              new SQLException("format " + found));
        }
        return; // format 1 is the first: nothing to upgrade yet
      }
    }
    statement.execute("INSERT INTO META VALUES(" + FORMAT + ")");
  }

  private String reason(SQLException e) {
    return e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1
        ? "%s: in use by another process (expected: a data-dir for each server)".formatted(file)
        : ("%s: cannot be read: %s (expected: a database of this server; restore it from a backup,"
                + " or move it away to start empty; it was not changed)")
            .formatted(file, firstLine(e));
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void makeDirectory() throws IOException {
    Path directory = file.getParent();
    Files.createDirectories(directory);
    if (!Files.isWritable(directory)) {
      throw new IOException("not writable");
    }
  }

  /** A new file survives power loss only when its directory's entry does. */
  private void forceDirectory() throws IOException {
    try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
