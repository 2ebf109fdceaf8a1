package io.purpledb.engine;

import io.purpledb.backend.disk.DiskEngine;
import io.purpledb.config.Durability;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

final class DiskEngineTest extends OffHeapEngineKit {

  private static final int MAX_QUEUED = 10_000;

  /** How often what takes long is done; more by far in the exhaustive rounds. */
  private static final int ROUNDS = Math.min(10, Integer.getInteger("purple.rounds", 1));

  DiskEngineTest(@TempDir Path directory) {
    super(new Disk(), directory);
  }

  /** Files that a kill leaves whole, and so quickly forced. */
  static final class Disk implements EngineOpener {

    @Override
    public Engine open(Vertx vertx, InstantSource clock, Path directory) {
      return DiskEngine.open(
          vertx,
          directory,
          Durability.PROCESS,
          clock,
          MAX_QUEUED,
          List.of("account", "cache", "counter", "kv", "queue", "set"));
    }
  }

  @Override
  int manyCommits() {
    return 5_000 * ROUNDS;
  }
}
