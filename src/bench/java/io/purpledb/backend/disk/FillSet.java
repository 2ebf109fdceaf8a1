package io.purpledb.backend.disk;

import io.purpledb.config.Durability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.message.Call;
import io.purpledb.service.SetService;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a large set in a data directory that no server has open: a server would answer the whole
 * set to each item that is added. Arguments: directory, name of the set, items.
 */
public final class FillSet {

  private FillSet() {}

  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    Engine engine =
        DiskEngine.open(
            vertx,
            Path.of(args[0]),
            Durability.FSYNC,
            InstantSource.system(),
            1_000,
            DiskBackends.IN_ENTRIES);
    fill(engine, args[1], Integer.parseInt(args[2]));
    engine.close().toCompletionStage().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** Adds items to a set, as many at once as a commit takes. */
  public static void fill(Engine engine, String set, int items) {
    for (int from = 0; from < items; from += Commit.MAX_PARTS) {
      List<Change> puts = new ArrayList<>();
      for (int i = from; i < Math.min(items, from + Commit.MAX_PARTS); i++) {
        Key member = new Key(Call.DEFAULT_NAMESPACE, "set", set, "item-" + i);
        puts.add(new Change.Put(member, SetService.MEMBER, Description.NONE, Change.FOREVER));
      }
      engine
          .commit(Call.NOTHING, new Commit(List.of(), puts, List.of()))
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }
}
