package io.purpledb.support.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What a process has used of the processors up to a moment, thread by thread: the time to the
 * nanosecond, and how often a thread has gone to sleep by itself, that is, how often it had woken
 * up. That number is the same on each machine, however busy it is and whatever a wake-up costs it.
 */
public final class ProcessUse {

  /**
   * The processors' time of a process is told in two parts, each cut to a hundredth of a second.
   */
  private static final long CUT_NANOS = 20_000_000;

  private final long nanos;
  private final Map<Path, ThreadUse> threads;

  private ProcessUse(long nanos, Map<Path, ThreadUse> threads) {
    this.nanos = nanos;
    this.threads = threads;
  }

  private record ThreadUse(boolean compiles, long nanos, long wakes) {}

  /** Up to now. */
  public static ProcessUse of(long process) throws IOException {
    Map<Path, ThreadUse> threads = new HashMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc", "" + process, "task"))) {
      for (Path thread : all.toList()) {
        try {
          threads.put(thread, use(thread));
        } catch (IOException e) {
          if (Files.exists(thread)) {
            throw e;
          } // else it has ended meanwhile
        }
      }
    }
    return new ProcessUse(ProcessorTime.of(process).toNanos(), threads);
  }

  private static ThreadUse use(Path thread) throws IOException {
    return new ThreadUse(
        ProcessorTime.compiles(thread), ProcessorTime.nanos(thread), voluntarySwitches(thread));
  }

  private static long voluntarySwitches(Path thread) throws IOException {
    String name = "voluntary_ctxt_switches:";
    return Files.readAllLines(thread.resolve("status")).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
        .sum();
  }

  /** The time of all threads since then. */
  public Duration since(ProcessUse before) {
    return Duration.ofNanos(sum(before, thread -> true, ThreadUse::nanos) + ofEndedThreads(before));
  }

  /**
   * The same without the compilers, which go on for minutes with what a start and its first
   * requests gave them to do.
   */
  public Duration withoutCompilersSince(ProcessUse before) {
    return Duration.ofNanos(
        sum(before, thread -> !thread.compiles(), ThreadUse::nanos) + ofEndedThreads(before));
  }

  /** How often threads have gone to sleep by themselves since then, but for the compilers. */
  public long wakesSince(ProcessUse before) {
    return sum(before, thread -> !thread.compiles(), ThreadUse::wakes);
  }

  /** Threads that have ended are in the time of the process alone, which is less exact. */
  private long ofEndedThreads(ProcessUse before) {
    long ofThreads = sum(before, thread -> true, ThreadUse::nanos);
    return Math.max(0, nanos - before.nanos - CUT_NANOS - ofThreads);
  }

  private long sum(ProcessUse before, Predicate<ThreadUse> which, ToLongFunction<ThreadUse> what) {
    long sum = 0;
    for (Map.Entry<Path, ThreadUse> thread : threads.entrySet()) {
      if (which.test(thread.getValue())) {
        ThreadUse then = before.threads.get(thread.getKey());
        sum += what.applyAsLong(thread.getValue()) - (then == null ? 0 : what.applyAsLong(then));
      }
    }
    return sum;
  }
}
