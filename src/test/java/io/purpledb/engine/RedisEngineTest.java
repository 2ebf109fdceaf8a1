package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.engine.RedisEngine;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * While nobody watches, unless a test does. The process that is killed is the one that uses Redis;
 * RedisEngineFaultsTest kills Redis.
 */
class RedisEngineTest extends OffHeapEngineKit {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int MAX_IN_FLIGHT = 10_000;

  /** How often what takes long is done; more by far in the exhaustive rounds. */
  private static final int ROUNDS = Math.min(10, Integer.getInteger("purple.rounds", 1));

  /** Beside the places that the kit names; it has the URL of the server, which is one for all. */
  private static final String FILE = "redis.url";

  private final RedisProcess redis = RedisForTests.start();

  RedisEngineTest(@TempDir Path directory) throws IOException {
    super(new OnRedis(), directory);
    Files.writeString(directory.resolve(FILE), redis.url());
  }

  /** Opens what the server of the test keeps. */
  static final class OnRedis implements EngineOpener {

    @Override
    public Engine open(Vertx vertx, InstantSource clock, Path directory) {
      Path test = Objects.requireNonNull(directory.getParent());
      try {
        String url = Files.readString(test.resolve(FILE));
        return RedisEngine.open(vertx, url, TIMEOUT_MILLIS, MAX_IN_FLIGHT, clock);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  final void keepChanges() {
    assertThat(redis.run("SET p2:watched 1")).isEqualTo("+OK");
  }

  @AfterEach
  final void closeRedis() {
    redis.close();
  }

  @Override
  final int manyCommits() {
    return 3_000 * ROUNDS;
  }

  @Override
  final int randomCommits() {
    return 700 * ROUNDS;
  }
}
