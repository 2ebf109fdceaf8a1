package io.purpledb.support.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What a process has used of the processors, as Linux counts it. */
public final class ProcessorTime {

  private ProcessorTime() {}

  /** All that it has used, in hundredths of a second. */
  public static Duration of(long process) {
    return ProcessHandle.of(process).orElseThrow().info().totalCpuDuration().orElseThrow();
  }

  /**
   * What it has used to the nanosecond, but for its compiler threads: of the threads that there
   * are, so none may end between two calls.
   */
  public static Duration ofThreadsButCompilers(long process) throws IOException {
    long nanos = 0;
    try (Stream<Path> threads = Files.list(Path.of("/proc", "" + process, "task"))) {
      for (Path thread : threads.toList()) {
        nanos += compiles(thread) ? 0 : nanos(thread);
      }
    }
    return Duration.ofNanos(nanos);
  }

  static long nanos(Path thread) throws IOException {
    return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
  }

  static boolean compiles(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*");
    } catch (IOException ended) {
      return true;
    }
  }
}
