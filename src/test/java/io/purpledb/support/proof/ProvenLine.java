package io.purpledb.support.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Prints what the tests of a build have proven, in one line at its end, from what each process
 * left.
 */
public final class ProvenLine {

  static final Path DIRECTORY = Path.of("target", "proven");
  static final String PASSED = "passed";
  static final String FAILED = "failed";
  public static final String KILLS = "kills";

  private static final Path REPORT = Path.of("target", "conformance.md");

  private ProvenLine() {}

  public static void main(String[] args) throws IOException {
    if (!Files.isDirectory(DIRECTORY)) {
      return; // no tests were run
    }
    Map<String, Long> sums = new TreeMap<>();
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          int tab = line.indexOf('\t');
          sums.merge(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)), Long::sum);
        }
      }
    }
    System.out.printf(
        "Proven: %,d checks passed and %,d failed, %d cells of services, protocols and backends, %d times"
            + " kill -9; reports: %s, target/surefire-reports, target/failsafe-reports%n",
        sums.getOrDefault(PASSED, 0L),
        sums.getOrDefault(FAILED, 0L),
        cells(),
        sums.getOrDefault(KILLS, 0L),
        REPORT);
  }

  /** The columns of the report's table. */
  private static long cells() throws IOException {
    if (!Files.exists(REPORT)) {
      return 0;
    }
    return Files.readAllLines(REPORT).stream()
        .filter(line -> line.startsWith("|"))
        .findFirst()
        .map(line -> line.chars().filter(c -> c == '\u00d7').count())
        .orElse(0L);
  }
}
