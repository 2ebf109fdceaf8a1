package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.config.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Makes a large set in a data directory that no server has open: a server would read the whole set
 * for each item that is added. Arguments: directory, name of the set, items.
 */
final class FillSet {

  private FillSet() {}

  public static void main(String[] args) throws SQLException, IOException {
    Path directory = Path.of(args[0]).toAbsolutePath();
    byte[] set = args[1].getBytes(UTF_8);
    DatabaseConnections database =
        new DiskFile(directory, "set", Durability.FSYNC).open(DiskSet.SCHEMA);
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      byte[] item = ("item-" + i).getBytes(UTF_8);
      database.writing().change("INSERT INTO SET_ITEM VALUES (?, ?)", set, item);
    }
    database.commit(false);
    database.force();
    database.close();
  }
}
