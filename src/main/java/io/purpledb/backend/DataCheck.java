package io.purpledb.backend;

/**
 * What a look at the files of a data directory found; nothing is changed by it.
 *
 * @param whole whether nothing is damaged
 * @param report for a person to read; lines that each end with a newline
 */
public record DataCheck(boolean whole, String report) {

  /** The report with a last line that says whether all is whole. */
  public String text() {
    return report + (whole ? "all is whole\n" : "damaged; nothing was changed\n");
  }

  /** Two parts of a directory. */
  public DataCheck and(DataCheck other) {
    return new DataCheck(whole && other.whole, report + other.report);
  }
}
