package io.purpledb.backend.disk.database;

import io.purpledb.backend.disk.log.ChangeNames;
import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.Mark;
import io.purpledb.backend.disk.record.Mark.Status;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tables of one service and how they came to be. The table META tells the format of a database;
 * a database without one has format 0, which is empty.
 *
 * @param upgrades the commands that bring format 0 to 1, those that bring 1 to 2, and so on; all
 *     that an opening needs become durable together
 * @param names what the log calls the statements that change rows of the tables
 */
public record Schema(List<List<String>> upgrades, ChangeNames names) {

  /** Since this format a database knows the number of its data set. */
  private static final int DATA_SETS = 2;

  private static final List<String> WITH_DATA_SET =
      List.of("CREATE TABLE DATA_SET(ID BIGINT NOT NULL)");

  /** A schema whose own tables have only ever had one format. */
  public static Schema first(String... commands) {
    return new Schema(List.of(List.of(commands), WITH_DATA_SET), ChangeNames.NONE);
  }

  /** The same with one more format, which has some tables more. */
  public Schema then(String... commands) {
    return then(List.of(commands));
  }

  /** The same with one more format, as above. */
  public Schema then(List<String> commands) {
    return new Schema(Stream.concat(upgrades.stream(), Stream.of(commands)).toList(), names);
  }

  /** The same with names for statements in the log. */
  public Schema naming(ChangeNames statements) {
    return new Schema(upgrades, statements);
  }

  /**
   * The format of a database.
   *
   * @throws StartFailure when a newer Purple wrote it
   */
  int format(Sql sql, Path file) throws SQLException {
    sql.run("CREATE TABLE IF NOT EXISTS META(FORMAT INT NOT NULL)");
    Integer found = sql.first("SELECT FORMAT FROM META", row -> row.getInt(1));
    int format = found == null ? 0 : found;
    if (format > upgrades.size()) {
      String line =
          "data-dir: %s has format %d (expected: at most %d); a newer Purple wrote it, use that one"
              .formatted(file, format, upgrades.size());
      throw StartFailure.wrongSurroundings(line, new IllegalStateException(line));
    }
    return format;
  }

  /**
   * Makes sure that a database belongs to the files beside it.
   *
   * @throws DamagedFileException when it is of another data set
   */
  void check(Sql sql, int format, Mark mark, Path file) throws SQLException, IOException {
    Long found =
        format < DATA_SETS ? null : sql.first("SELECT ID FROM DATA_SET", row -> row.getLong(1));
    boolean expected =
        found == null ? mark.fresh() : found == mark.dataSet() && mark.status() != Status.NONE;
    if (!expected) {
      String is = found == null ? "no data set" : "data set %016x".formatted(found);
      throw new DamagedFileException(
          file.toString(),
          "it is of %s (expected: %016x, as the files beside it)".formatted(is, mark.dataSet()));
    }
  }

  /** Brings a database from a format to the newest. */
  void bringUpToDate(Sql sql, int format, Mark mark) throws SQLException {
    if (format == upgrades.size()) {
      return;
    }
    for (List<String> commands : upgrades.subList(format, upgrades.size())) {
      for (String command : commands) {
        sql.run(command);
      }
    }
    if (format < DATA_SETS) {
      sql.change("INSERT INTO DATA_SET VALUES (?)", mark.dataSet());
    }
    sql.change("DELETE FROM META");
    sql.change("INSERT INTO META VALUES (?)", (long) upgrades.size());
  }
}
