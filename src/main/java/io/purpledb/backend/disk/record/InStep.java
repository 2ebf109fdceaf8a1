package io.purpledb.backend.disk.record;

/**
 * Whether the files of a database are of one moment, by the numbers that they know of each other:
 * somebody may have put older copies of some of them beside the others. Neither the death of the
 * process nor a power cut leaves what is refused here, and all files of one moment are accepted,
 * however old they are.
 */
public final class InStep {

  private InStep() {}

  /**
   * Compares the database file, its journal and the mark.
   *
   * @param forgotten the last record that the journal had forgotten
   * @param last the last record of the journal
   * @param settled the last record that the database file is known to have, -1 if unknown
   * @throws DamagedFileException when one of them is older than the others
   */
  public static void check(Mark mark, long forgotten, long last, long settled)
      throws DamagedFileException {
    if (!mark.inStep()) {
      return;
    }
    String journal = mark.sibling(".journal").name();
    String database = mark.sibling(".mv.db").name();
    if (last > mark.announced()) {
      throw older(
          mark,
          ".state",
          "it knows %s to record %d, which goes to record %d"
              .formatted(journal, mark.announced(), last));
    }
    if (settled >= 0 && settled < forgotten) {
      throw older(
          mark,
          ".sums",
          "with %s, it has %s to record %d, which begins with record %d (expected: at most %d)"
              .formatted(database, journal, settled, forgotten + 1, settled + 1));
    }
    if (settled > last) {
      throw older(
          mark,
          ".journal",
          "it ends with record %d, and %s has it to record %d".formatted(last, database, settled));
    }
  }

  /**
   * Compares the database with its log.
   *
   * @param forgotten the last record that the log had forgotten
   * @param last the last record of the log
   * @param checkpoint the last record that the database has
   * @throws DamagedFileException when one of them is older than the other
   */
  public static void checkLog(Mark mark, long forgotten, long last, long checkpoint)
      throws DamagedFileException {
    String log = mark.sibling(".redo").name();
    if (forgotten > checkpoint) {
      throw older(
          mark,
          ".mv.db",
          "with its journal, it has the changes to record %d of %s, which begins with %d (expected: at most %d)"
              .formatted(checkpoint, log, forgotten + 1, checkpoint + 1));
    }
    if (mark.inStep() && last < checkpoint) {
      throw older(
          mark,
          ".redo",
          "it ends with record %d, and the database has it to record %d"
              .formatted(last, checkpoint));
    }
  }

  private static DamagedFileException older(Mark mark, String suffix, String reason) {
    return new DamagedFileException(
        mark.sibling(suffix).name(), "it is older than the files beside it: " + reason);
  }
}
