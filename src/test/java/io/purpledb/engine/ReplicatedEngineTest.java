package io.purpledb.engine;

import io.purpledb.backend.replicated.OneNode;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
final class ReplicatedEngineTest extends DurableEngineKit {

  private static final int COMMITS = 5_000;
  private static final int LARGEST = 2 << 20;

  ReplicatedEngineTest(@TempDir Path directory) {
    super(new Replicated(), directory);
  }

  /** One node alone; what several do is in its own package. */
  static final class Replicated implements EngineOpener {

    @Override
    public Engine open(Vertx vertx, InstantSource clock, Path directory) {
      return OneNode.open(vertx, clock, directory, LARGEST, Runtime.getRuntime().maxMemory() / 2);
    }
  }

  @Override
  int manyCommits() {
    return COMMITS;
  }

  @Override
  int moreChangesThanAreKept() {
    return 17_000;
  }

  @Override
  int largestBytes() {
    return LARGEST;
  }
}
