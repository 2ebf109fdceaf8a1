package io.purpledb.support.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Counts what the tests of a process have proven, and leaves that in a file for {@link ProvenLine}.
 */
public final class Proven implements TestExecutionListener {

  private static final Map<String, AtomicLong> COUNTS = new ConcurrentSkipListMap<>();

  /** Counts one more of something. */
  public static void count(String what) {
    COUNTS.computeIfAbsent(what, absent -> new AtomicLong()).incrementAndGet();
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest()) {
      count(result.getStatus() == Status.SUCCESSFUL ? ProvenLine.PASSED : ProvenLine.FAILED);
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    try {
      Files.createDirectories(ProvenLine.DIRECTORY);
      List<String> lines =
          COUNTS.entrySet().stream()
              .map(count -> count.getKey() + "\t" + count.getValue().get())
              .toList();
      Files.write(ProvenLine.DIRECTORY.resolve(ProcessHandle.current().pid() + ".tsv"), lines);
    } catch (IOException e) {
      throw new IllegalStateException("target/proven cannot be written", e);
    }
  }
}
