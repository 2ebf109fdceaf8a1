package io.purpledb.engine;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The same while somebody watches, so that all changes are kept. */
@Tag("long")
final class RedisWatchedEngineTest extends RedisEngineTest {

  RedisWatchedEngineTest(@TempDir Path directory) throws IOException {
    super(directory);
  }

  @BeforeEach
  void watch() {
    keepChanges();
  }
}
