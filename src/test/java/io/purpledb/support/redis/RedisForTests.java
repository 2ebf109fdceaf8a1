package io.purpledb.support.redis;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import redis.embedded.core.ExecutableProvider;

/**
 * The real Redis that tests use. {@link #shared} is one server for all tests of a JVM: the one that
 * PURPLE_TEST_REDIS_URL names, else a container where a Docker engine answers, else a process.
 * {@link #start} starts a process for one test, which may stop it: redis-server from the PATH, else
 * the binary in the Maven artifact embedded-redis.
 *
 * <p>Without any of these a test fails and says what to do. Nobody may flush the shared server;
 * tests use keys of their own.
 */
public final class RedisForTests {

  /** The setting that names a running server for the shared tests. */
  public static final String OVERRIDE = "PURPLE_TEST_REDIS_URL";

  private static final Logger TESTCONTAINERS_LOG = Logger.getLogger("org.testcontainers");
  private static final DockerImageName IMAGE = DockerImageName.parse("redis:7-alpine");
  private static final int CONTAINER_PORT = 6379;

  private static @Nullable Shared shared;
  private static @Nullable Shared sharedOfLayout2;
  private static @Nullable File executable;

  private RedisForTests() {}

  /** A server that nobody may stop. */
  public record Shared(String url) {}

  /** The server that all tests of this JVM share; it ends with the JVM. */
  public static synchronized Shared shared() {
    Shared found = shared;
    if (found == null) {
      found =
          new Shared(
              Optional.ofNullable(System.getenv(OVERRIDE)).orElseGet(RedisForTests::startShared));
      shared = found;
    }
    return found;
  }

  /** Another, whose data is in layout 2. */
  public static synchronized Shared sharedOfLayout2() {
    Shared found = sharedOfLayout2;
    if (found == null) {
      found = new Shared(start().url());
      sharedOfLayout2 = found;
    }
    return found;
  }

  /**
   * Starts a server for one test, without persistence unless arguments say otherwise.
   *
   * @param arguments as on the command line of redis-server, such as {@code --requirepass secret}
   */
  public static RedisProcess start(String... arguments) {
    return RedisProcess.start(executable(), Arrays.asList(arguments));
  }

  private static String startShared() {
    TESTCONTAINERS_LOG.setLevel(Level.OFF); // no engine is no error here
    return DockerClientFactory.instance().isDockerAvailable() ? startContainer() : start().url();
  }

  @SuppressWarnings("resource") // Testcontainers removes it when the JVM ends
  private static String startContainer() {
    GenericContainer<?> container = new GenericContainer<>(IMAGE).withExposedPorts(CONTAINER_PORT);
    container.start();
    return "redis://" + container.getHost() + ":" + container.getMappedPort(CONTAINER_PORT);
  }

  private static synchronized File executable() {
    File found = executable;
    if (found == null) {
      found = onPath().orElseGet(RedisForTests::fromArtifact);
      executable = found;
    }
    return found;
  }

  private static Optional<File> onPath() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(directory -> new File(directory, "redis-server"))
        .filter(File::canExecute)
        .findFirst();
  }

  private static File fromArtifact() {
    try {
      return ExecutableProvider.newJarResourceProvider().get();
    } catch (IOException | RuntimeException e) {
      throw new IllegalStateException(
          "No Redis for the tests: install redis-server (6 or newer) on the PATH, or start a Docker"
              + " engine, or set "
              + OVERRIDE
              + "=redis://host:port (tests that stop Redis still need redis-server): "
              + e,
          e);
    }
  }
}
