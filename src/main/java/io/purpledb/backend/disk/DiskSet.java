package io.purpledb.backend.disk;

import io.purpledb.backend.SetBackend;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Sets in a table with a row per item; its primary key keeps them in the order of their bytes. */
record DiskSet(DiskDatabase database) implements DiskBackend, SetBackend {

  static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE IF NOT EXISTS ITEM(K VARBINARY(1024), I VARBINARY(1024), PRIMARY KEY(K,"
              + " I))");

  @Override
  public Future<List<String>> get(String key) {
    return database.read(key, session -> items(session, key));
  }

  @Override
  public Future<List<String>> add(String key, String item) {
    return database.write(
        key,
        session -> {
          session.update("MERGE INTO ITEM KEY(K, I) VALUES(?, ?)", key, item);
          return items(session, key);
        });
  }

  @Override
  public Future<List<String>> remove(String key, String item) {
    return database.write(
        key,
        session -> {
          session.update("DELETE FROM ITEM WHERE K = ? AND I = ?", key, item);
          return items(session, key);
        });
  }

  private static List<String> items(Session session, String key) throws SQLException {
    List<String> items = new ArrayList<>();
    try (ResultSet rows =
        session.prepare("SELECT I FROM ITEM WHERE K = ? ORDER BY I", key).executeQuery()) {
      while (rows.next()) {
        items.add(new String(rows.getBytes(1), StandardCharsets.UTF_8));
      }
    }
    return Collections.unmodifiableList(items);
  }
}
