package io.purpledb.backend.disk;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.service.KvService;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Writes that wait at the same time, each of another key: how long until all are answered, with the
 * force and without. One is what a single client waits for; 64 and 512 share their batches.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DiskBatchBenchmark {

  private static final int KEYS = 10_000;
  private static final long CACHE_BYTES = 64 << 20;
  private static final int MAX_QUEUED = 8192;

  @Param({"1", "64", "512"})
  int writes;

  @Param({"FSYNC", "PROCESS"})
  Durability durability;

  private final ByteString value = ByteString.copyFrom(new byte[100]);
  private Path directory;
  private Vertx vertx;
  private DiskBackends disk;
  private KvService kv;
  private int next;

  /** Opens a database in a new directory. */
  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory("purple-bench-");
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    disk =
        new DiskBackends(
            vertx, directory, durability, CACHE_BYTES, InstantSource.system(), MAX_QUEUED);
    disk.open("kv");
    kv = disk.kv();
  }

  /** Closes it and deletes its files. */
  @TearDown
  public void close() throws IOException {
    disk.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }

  @Benchmark
  public Object write() {
    List<Future<Void>> waiting = new ArrayList<>(writes);
    for (int i = 0; i < writes; i++) {
      next = (next + 1) % KEYS;
      waiting.add(kv.put("key-" + next, value));
    }
    return Future.all(waiting).toCompletionStage().toCompletableFuture().join();
  }
}
