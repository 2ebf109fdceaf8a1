package io.purpledb.conformance;

import io.purpledb.message.Operation;
import io.purpledb.support.BackendType;
import io.purpledb.support.client.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of target/conformance.md: how many checks passed and failed in each cell. */
final class Report {

  private static final String HEAD =
      """
      # Conformance

      Checks passed, by what is checked (the services first) and by protocol × backend.
      """;

  private final Map<String, Map<Cell, Tally>> rows = new TreeMap<>();

  void passed(String subject, Cell cell) {
    add(subject, cell, new Tally(1, 0));
  }

  void failed(String subject, Cell cell) {
    add(subject, cell, new Tally(0, 1));
  }

  private synchronized void add(String subject, Cell cell, Tally tally) {
    rows.computeIfAbsent(subject, absent -> new HashMap<>()).merge(cell, tally, Tally::plus);
  }

  synchronized void write(Path file) throws IOException {
    if (rows.isEmpty()) {
      return; // only other tests ran
    }
    Files.writeString(
        file,
        Stream.of(Stream.of(HEAD), table(), notApplicable())
            .flatMap(Function.identity())
            .collect(Collectors.joining("\n", "", "\n")));
  }

  private Stream<String> table() {
    List<Cell> cells = Cell.all().toList();
    Stream<String> services = Operation.ALL.stream().map(Operation::service);
    Stream<String> subjects =
        Stream.concat(services, rows.keySet().stream()).distinct().filter(rows::containsKey);
    return Stream.of(
            Stream.of(line("", cells, Cell::toString), line("---", cells, cell -> "---:")),
            subjects.map(subject -> line(subject, cells, cell -> tally(subject, cell))),
            Stream.of(line("operations called", cells, Report::operations)))
        .flatMap(Function.identity());
  }

  private static String line(String first, List<Cell> cells, Function<Cell, String> column) {
    return cells.stream()
        .map(column)
        .collect(Collectors.joining(" | ", "| " + first + " | ", " |"));
  }

  private String tally(String subject, Cell cell) {
    Tally tally = rows.getOrDefault(subject, Map.of()).get(cell);
    return tally == null ? "not run" : tally.toString();
  }

  private static String operations(Cell cell) {
    return Recorded.operations(cell).size() + " of " + Operation.ALL.size();
  }

  private static Stream<String> notApplicable() {
    Stream<String> protocols =
        Arrays.stream(Protocol.values()).map(type -> gap(type, type.notApplicable()));
    Stream<String> engines =
        Arrays.stream(BackendType.values()).map(engine -> gap(engine, engine.notApplicable()));
    return Stream.concat(
        Stream.of("\nNot applicable, with the reason:\n"), Stream.concat(protocols, engines));
  }

  private static String gap(Enum<?> where, String what) {
    return "- " + where + ": " + (what.isEmpty() ? "everything is checked" : what);
  }

  private record Tally(int passed, int failed) {

    Tally plus(Tally other) {
      return new Tally(passed + other.passed, failed + other.failed);
    }

    @Override
    public String toString() {
      return failed == 0 ? "" + passed : passed + ", **" + failed + " failed**";
    }
  }
}
