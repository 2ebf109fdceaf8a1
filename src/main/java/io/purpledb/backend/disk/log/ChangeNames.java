package io.purpledb.backend.disk.log;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the log calls the statements that change rows, such as {@code put kv}. So the log holds
 * changes and not SQL: a later version may make the same change by another statement. Where a
 * statement has no name, the log has its text, which begins with a capital letter.
 */
public final class ChangeNames {

  /** No statement has a name. */
  public static final ChangeNames NONE = new ChangeNames(Map.of());

  private final Map<String, String> statements;
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> spare;

  /**
   * @param statements by their names, which begin with a small letter and never mean another change
   */
  public ChangeNames(Map<String, String> statements) {
    this(statements, Set.of());
  }

  /**
   * As above.
   *
   * @param spare the statements without which nothing is lost but room
   */
  public ChangeNames(Map<String, String> statements, Set<String> spare) {
    this.spare = Set.copyOf(spare);
    this.statements = Map.copyOf(statements);
    statements.forEach((name, statement) -> names.put(statement, name));
    if (names.size() != statements.size()
        || statements.keySet().stream().anyMatch(name -> !Character.isLowerCase(name.charAt(0)))) {
      throw new IllegalArgumentException(
          statements + " (expected: of each statement one name, with a small letter first)");
    }
  }

  /** Whether nothing is lost but room where a statement cannot be run again. */
  public boolean isSpare(String statement) {
    return spare.contains(statement);
  }

  /** What the log has for a statement. */
  String inLog(String statement) {
    return names.getOrDefault(statement, statement);
  }

  /**
   * The statement for what the log has.
   *
   * @throws IOException when it is a name that is not known
   */
  String statement(String inLog) throws IOException {
    String statement = statements.get(inLog);
    if (statement != null) {
      return statement;
    }
    if (inLog.isEmpty() || Character.isLowerCase(inLog.charAt(0))) {
      throw new IOException(
          "a change of the name \"%s\" (expected: one of %s)".formatted(inLog, names.values()));
    }
    return inLog;
  }
}
