package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds of an engine that keeps its data elsewhere than in the heap. */
abstract class OffHeapEngineKit extends DurableEngineKit {

  OffHeapEngineKit(EngineOpener opener, Path directory) {
    super(opener, directory);
  }

  /** A heap of 128 MiB is enough for values of a sixth of it, and for many. */
  @Test
  @Tag("long")
  final void aSmallHeapIsEnough() throws Exception {
    Process process = start("-Xmx128m", SmallHeapProcess.class, directory().resolve("small"));
    try {
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
