package io.purpledb.backend.replicated;

import io.purpledb.support.client.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class PauseWatchTest {

  /** It is waited for, as other tests start nodes, too, and each begins with it. */
  @Test
  @Timeout(60)
  void nothingWatchesForPausesOfTheJvm(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      Await.until(
          () ->
              nodes.runningNodes().size() == 1
                  && Thread.getAllStackTraces().keySet().stream()
                      .noneMatch(thread -> thread.getName().startsWith("JvmPauseMonitor")));
    }
  }
}
