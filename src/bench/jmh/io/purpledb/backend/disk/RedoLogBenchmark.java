package io.purpledb.backend.disk;

import io.purpledb.backend.disk.log.ChangeNames;
import io.purpledb.backend.disk.log.LoggedChange;
import io.purpledb.backend.disk.log.RedoLog;
import io.purpledb.backend.disk.record.Mark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.h2.store.fs.FilePath;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A record of the log, appended and forced: what a batch of puts costs at the least. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RedoLogBenchmark {

  private static final long RESTART_BYTES = 4 << 20;

  @Param({"1", "32", "512"})
  int puts;

  private final List<LoggedChange> batch = new ArrayList<>();
  private Path directory;
  private Mark mark;
  private RedoLog log;

  /** Opens an empty log. */
  @Setup
  public void open() throws IOException, SQLException {
    for (int i = 0; i < puts; i++) {
      batch.add(
          LoggedChange.of("MERGE INTO KV KEY(KV_KEY) VALUES (?, ?)", new byte[11], new byte[100]));
    }
    directory = Files.createTempDirectory("purple-bench-");
    Path path = Files.createFile(directory.resolve("bench.redo"));
    mark = Mark.read(FilePath.get(directory + "/bench.state"), "bench");
    mark.begin();
    log =
        new RedoLog(
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE),
            mark,
            true,
            ChangeNames.NONE);
    log.replay(0, change -> {});
    log.restart(0);
  }

  @TearDown
  public void close() throws IOException {
    log.close();
    mark.close();
    Files.delete(directory.resolve("bench.redo"));
    Files.delete(directory.resolve("bench.state"));
    Files.delete(directory);
  }

  /** Restarts are part of it, as they are of the server; they keep the space. */
  @Benchmark
  public long appendAndForce() throws IOException {
    if (log.bytes() > RESTART_BYTES) {
      log.restart(RESTART_BYTES);
    }
    log.append(batch, false);
    log.makeDurable();
    return log.bytes();
  }
}
