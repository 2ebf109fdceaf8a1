package io.purpledb;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Config;
import io.purpledb.config.source.Invocation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A heap is told to be too small when it is, and not a MiB earlier. */
class HeapNeedTest {

  private static final long MIB = 1 << 20;

  private static Config config(String... args) {
    return ((Invocation.Start) Invocation.of(List.of(args), Map.of())).config();
  }

  @Test
  void theDiskNeedsFiveTimesTheLargestValue() {
    Config config = config("--max-value-bytes", "16MiB");
    assertThat(HeapNeed.warning(config, 144 * MIB)).isNull();
    assertThat(HeapNeed.warning(config, 144 * MIB - 1))
        .isEqualTo(
            "heap: 143 MiB, and max-value-bytes is 16777216 (expected: at least 144 MiB, which is 64"
                + " MiB and 5 times max-value-bytes for the disk backend, and at least 96 MiB: set"
                + " -Xmx144m, or a smaller max-value-bytes); large values may be refused or use up the"
                + " memory");
    assertThat(HeapNeed.warning(config("--max-value-bytes", "64MiB"), 256 * MIB))
        .contains("at least 384 MiB");
  }

  @Test
  void itNeeds96MiBInAnyCase() {
    assertThat(HeapNeed.warning(config(), 96 * MIB)).isNull();
    assertThat(HeapNeed.warning(config(), 95 * MIB)).contains("at least 96 MiB");
  }

  @Test
  void onlyWhoKeepsTheFilesNeedsIt() {
    assertThat(HeapNeed.warning(config("--backend", "memory"), 32 * MIB)).isNull();
    assertThat(HeapNeed.warning(config("--backend", "memory", "--kv-backend", "disk"), 32 * MIB))
        .isNotNull();
    String owner = "127.0.0.1:7810";
    for (String self : List.of("127.0.0.1:7800", owner, "127.0.0.1:7820")) {
      Config node =
          config(
              "--cluster",
              "--cluster-members",
              "127.0.0.1:7800,127.0.0.1:7810,127.0.0.1:7820",
              "--cluster-disk-owner",
              owner,
              "--cluster-self",
              self);
      assertThat(HeapNeed.warning(node, 32 * MIB) == null).isEqualTo(!self.equals(owner));
    }
  }
}
