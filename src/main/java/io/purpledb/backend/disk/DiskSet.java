package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.SetBackend;
import io.purpledb.backend.SortedItems;
import io.purpledb.backend.disk.database.Schema;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.backend.disk.database.Task;
import io.purpledb.engine.Footprint;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sets in a table with a row per item, which is why a set without items does not exist. */
record DiskSet(DiskAccess disk, RecentSets recent) implements DiskBackend, SetBackend {

  static final Schema SCHEMA =
      Schema.first(
          """
          CREATE TABLE SET_ITEM(
            SET_KEY VARBINARY(1024),
            ITEM VARBINARY(1024),
            PRIMARY KEY (SET_KEY, ITEM))
          """);

  private static final String GET = "SELECT ITEM FROM SET_ITEM WHERE SET_KEY = ? ORDER BY ITEM";
  private static final String ADD = "MERGE INTO SET_ITEM KEY(SET_KEY, ITEM) VALUES (?, ?)";
  private static final String REMOVE = "DELETE FROM SET_ITEM WHERE SET_KEY = ? AND ITEM = ?";

  @Override
  public DiskSet within(Call call) {
    return new DiskSet(disk.within(call), recent);
  }

  @Override
  public Future<SortedItems> get(String key) {
    byte[] k = key.getBytes(UTF_8);
    return disk.read(key, sql -> items(sql, k));
  }

  @Override
  public Future<SortedItems> add(String key, String item) {
    return disk.write(key, change(ADD, key, item, items -> items.with(item)));
  }

  @Override
  public Future<SortedItems> remove(String key, String item) {
    return disk.delete(key, change(REMOVE, key, item, items -> items.without(item)));
  }

  private Task<SortedItems> change(
      String statement,
      String key,
      String item,
      Function<SortedItems, @Nullable SortedItems> same) {
    byte[] k = key.getBytes(UTF_8);
    byte[] i = item.getBytes(UTF_8);
    return sql -> {
      sql.change(statement, k, i);
      SortedItems before = recent.get(key);
      SortedItems after = before == null ? items(sql, k) : same.apply(before);
      SortedItems now = after == null ? SortedItems.NONE : after;
      recent.put(key, now);
      sql.fetched((long) Footprint.REFERENCE * now.size()); // with the items that others have, too
      return now;
    };
  }

  private static SortedItems items(Sql sql, byte[] key) throws SQLException {
    SortedItems items =
        SortedItems.ofSortedBytes(
            sql.all(GET, row -> UnsafeByteOperations.unsafeWrap(row.getBytes(1)), key));
    sql.fetched(items.heapBytes());
    return items;
  }
}
