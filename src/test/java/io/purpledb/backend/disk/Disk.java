package io.purpledb.backend.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.disk.log.DiskMemory;
import io.purpledb.config.Durability;
import io.purpledb.message.Failure;
import io.purpledb.message.Notices;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.SetService;
import io.purpledb.support.TestConfigs;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A disk backend on a {@link ShadowDisk} with all services open, for tests. */
final class Disk implements AutoCloseable {

  private static final int ROOMY = 10_000;
  private static final long CACHE_BYTES = 64 << 20;
  private static final DiskMemory MEMORY =
      new DiskMemory(
          8 << 20, 8 << 20, 4 << 20, 8 << 20, 32 << 10, 8 << 20,
          1 << 20); // so that there are many checkpoints

  final Path directory;
  final CacheService cache;
  final CounterService counter;
  final FlagService flag;
  final KvService kv;
  final SetService set;

  private final Vertx vertx = Vertx.vertx();
  private final DiskBackends backends;

  Disk(Path directory, Durability durability) {
    this(directory, durability, CACHE_BYTES, InstantSource.system(), ROOMY);
  }

  Disk(
      Path directory,
      Durability durability,
      long cacheMaxBytes,
      InstantSource clock,
      int maxQueued) {
    this(directory, durability, cacheMaxBytes, clock, maxQueued, MEMORY);
  }

  private Disk(
      Path directory,
      Durability durability,
      long cacheMaxBytes,
      InstantSource clock,
      int maxQueued,
      DiskMemory memory) {
    this.directory = directory;
    ShadowDisk.register();
    backends =
        new DiskBackends(
            vertx, directory, durability, cacheMaxBytes, clock, maxQueued, "shadow:", memory, 10);
    try {
      TestConfigs.SERVICES.forEach(backends::open);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    cache = new CacheService(backends.engine("cache"));
    counter = new CounterService(backends.engine("counter"));
    flag = new FlagService(backends.engine("flag"));
    kv = new KvService(backends.engine("kv"));
    set = new SetService(backends.engine("set"));
  }

  /** One that upgrades in small pieces. */
  static Disk inPieces(Path directory, Durability durability) {
    DiskMemory memory =
        new DiskMemory(8 << 20, 8 << 20, 8 << 10, 8 << 20, 256 << 10, 8 << 20, 1 << 20);
    return new Disk(directory, durability, CACHE_BYTES, InstantSource.system(), ROOMY, memory);
  }

  /** One that brings what is written into its file when it is closed, and not before. */
  static Disk withoutCheckpoints(Path directory, long cacheMaxBytes, InstantSource clock) {
    DiskMemory memory =
        new DiskMemory(64 << 20, 8 << 20, 4 << 20, 8 << 20, 64 << 20, 8 << 20, 1 << 20);
    return new Disk(directory, Durability.FSYNC, cacheMaxBytes, clock, ROOMY, memory);
  }

  /** The shadow of the log, to which all services force their writes. */
  Shadow log() {
    return ShadowDisk.of(directory.resolve("entries.redo"));
  }

  /** Makes something on an event loop of its own. */
  <T> T onLoop(Supplier<T> supplier) {
    CompletableFuture<T> made = new CompletableFuture<>();
    Context loop = ((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext();
    loop.runOnContext(go -> made.complete(supplier.get()));
    return made.join();
  }

  /** What health says beside its verdict. */
  List<String> notices() {
    return Notices.of(vertx).now();
  }

  DiskBackends backends() {
    return backends;
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** What a future that must fail fails with. */
  static Throwable thrownBy(Future<?> future) {
    await(future.otherwiseEmpty());
    return Objects.requireNonNull(future.cause(), "it succeeded");
  }

  static Failure.Kind kindThrownBy(Future<?> future) {
    return ((Failure) thrownBy(future)).kind();
  }

  static void awaitSuccess(List<? extends Future<?>> futures) {
    await(Future.join(futures));
    assertThat(futures).allMatch(Future::succeeded);
  }

  @Override
  public void close() {
    backends.close();
    await(vertx.close());
  }
}
