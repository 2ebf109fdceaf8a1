package io.purpledb.backend.disk;

import io.purpledb.config.StartFailure;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * The tables of one service and how they came to be. The table META tells the format of a database;
 * a database without one has format 0, which is empty.
 *
 * @param upgrades the commands that bring format 0 to 1, those that bring 1 to 2, and so on; all
 *     that an opening needs become durable together
 */
record Schema(List<List<String>> upgrades) {

  /** A schema that has only ever had one format. */
  static Schema first(String... commands) {
    return new Schema(List.of(List.of(commands)));
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

  /** Brings a database from a format to the newest. */
  void bringUpToDate(Sql sql, int format) throws SQLException {
    if (format == upgrades.size()) {
      return;
    }
    for (List<String> commands : upgrades.subList(format, upgrades.size())) {
      for (String command : commands) {
        sql.run(command);
      }
    }
    sql.change("DELETE FROM META");
    sql.change("INSERT INTO META VALUES (?)", (long) upgrades.size());
  }
}
