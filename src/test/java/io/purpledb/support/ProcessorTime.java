package io.purpledb.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What a process has used of the processors, as Linux counts it: in hundredths of a second. */
public final class ProcessorTime {

  private static final int MILLIS_OF_A_TICK = 10;

  private ProcessorTime() {}

  /** All that it has used. */
  public static Duration of(long process) {
    return ProcessHandle.of(process).orElseThrow().info().totalCpuDuration().orElseThrow();
  }

  /**
   * What it has used but for its compiler threads: these go on for minutes with what a start and
   * its first requests gave them to do.
   */
  public static Duration withoutCompilers(long process) throws IOException {
    Path directory = Path.of("/proc", "" + process);
    long ticks = ticks(directory);
    try (Stream<Path> threads = Files.list(directory.resolve("task"))) {
      for (Path thread : threads.toList()) {
        ticks -= compilerTicks(thread);
      }
    }
    return Duration.ofMillis(MILLIS_OF_A_TICK * ticks);
  }

  /**
   * The same to the nanosecond, for short times: of the threads that there are, so none may end
   * between two calls.
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

  private static long nanos(Path thread) throws IOException {
    return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
  }

  private static boolean compiles(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*");
    } catch (IOException ended) {
      return true;
    }
  }

  private static long compilerTicks(Path thread) {
    try {
      return compiles(thread) ? ticks(thread) : 0;
    } catch (IOException ended) {
      return 0;
    }
  }

  /** The fields utime and stime, behind a name that may have spaces. */
  private static long ticks(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
