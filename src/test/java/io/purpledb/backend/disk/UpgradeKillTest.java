package io.purpledb.backend.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that upgrade a directory are killed, each a little later: the last one serves it. */
@Timeout(300)
class UpgradeKillTest {

  private static final int[] FORCES = {2, 5, 9, 14};
  private static final int ENDED = -1;

  @Test
  void whatIsKilledGoesOn(@TempDir Path parent) throws Exception {
    Path data = Files.createDirectory(parent.resolve("data"));
    OldData old = new OldData(data, 400);
    old.write();
    ShadowDisk.forget(data);
    int killed = 0;
    for (int forces : FORCES) {
      killed += killAfter(forces, data) ? 1 : 0;
    }
    assertThat(killed).isGreaterThan(2);
    try (Disk disk = Disk.inPieces(data, Durability.PROCESS)) {
      old.assertServed(disk);
    }
    assertThat(OldData.files(data))
        .containsExactly("cache.state", "counter.state", "flag.state", "kv.state", "set.state");
    ShadowDisk.forget(data);
  }

  /** Whether it was still at work when it was killed. */
  private static boolean killAfter(int forces, Path data) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // it does not live long
                "-cp",
                System.getProperty("java.class.path"),
                Upgrading.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int left = forces;
    try (InputStream told = process.getInputStream()) {
      while (left > 0 && told.read() != ENDED) {
        left--;
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return left == 0;
  }

  /** Upgrades a directory, says so at each force of its log, and ends. */
  static final class Upgrading {

    private Upgrading() {}

    public static void main(String[] args) throws IOException {
      Path data = Path.of(args[0]);
      ShadowDisk.register();
      ShadowDisk.of(data.resolve("entries.redo"))
          .beforeForce(
              () -> {
                System.out.print('.');
                System.out.flush();
              });
      Disk.inPieces(data, Durability.FSYNC).close();
    }
  }
}
