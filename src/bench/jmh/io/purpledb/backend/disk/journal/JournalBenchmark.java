package io.purpledb.backend.disk.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A record of the journal, appended and forced: what a commit to disk costs at the least. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JournalBenchmark {

  private static final long RESTART_BYTES = 4 << 20;

  @Param({"1", "8", "64"})
  int blocks;

  private final Map<Long, byte[]> record = new HashMap<>();
  private Path path;
  private Journal journal;

  /** Opens an empty journal. */
  @Setup
  public void open() throws IOException {
    for (long i = 0; i < blocks; i++) {
      record.put(i, new byte[Journal.BLOCK_BYTES]);
    }
    path = Files.createTempFile("purple-bench-", ".journal");
    journal =
        new Journal(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @TearDown
  public void close() throws IOException {
    journal.close();
    Files.delete(path);
  }

  /** Restarts are part of it, as they are of the server; they keep the space. */
  @Benchmark
  public long appendAndForce() throws IOException {
    if (journal.bytes() > RESTART_BYTES) {
      journal.restart(RESTART_BYTES);
    }
    journal.append(0, 0, record);
    journal.force();
    return journal.bytes();
  }
}
