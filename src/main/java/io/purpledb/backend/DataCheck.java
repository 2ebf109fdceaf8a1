package io.purpledb.backend;

/**
 * What a look at the files of a data directory found; nothing is changed by it.
 *
 * @param whole whether nothing is damaged, and all could be looked at
 * @param inUse whether a server uses some of it, which is not looked at then
 * @param report for a person to read; lines that each end with a newline
 */
public record DataCheck(boolean whole, boolean inUse, String report) {

  /** A check of what no server uses. */
  public DataCheck(boolean whole, String report) {
    this(whole, false, report);
  }

  /** The report with a last line that says whether all is whole. */
  public String text() {
    if (inUse) {
      return report + "in use: stop the server to have it checked; nothing was changed\n";
    }
    return report + (whole ? "all is whole\n" : "damaged; nothing was changed\n");
  }

  /** Two parts of a directory. */
  public DataCheck and(DataCheck other) {
    return new DataCheck(whole && other.whole, inUse || other.inUse, report + other.report);
  }
}
