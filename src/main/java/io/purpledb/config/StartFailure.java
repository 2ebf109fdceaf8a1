package io.purpledb.config;

import java.util.regex.Pattern;

/** Ends the start with one line on standard error and an exit code. */
public final class StartFailure extends RuntimeException {

  /** The exit code of a wrong setting. */
  public static final int WRONG_SETTING = 2;

  /** The exit code of something around the server that is not as it must be. */
  public static final int WRONG_SURROUNDINGS = 1;

  private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}]");
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private StartFailure(int exitCode, String line, Throwable cause) {
    super(oneLine(line), cause);
    this.exitCode = exitCode;
  }

  /** A setting whose value cannot be used; the line names the setting, the value, what fits. */
  public static StartFailure wrongSetting(String line) {
    return new StartFailure(WRONG_SETTING, line, new IllegalArgumentException(line));
  }

  /**
   * A setting whose value cannot be used.
   *
   * @param where the setting as the user wrote it
   * @param value what he gave
   * @param expected what fits
   */
  public static StartFailure wrongSetting(String where, String value, String expected) {
    boolean visible = !value.isBlank() && value.equals(value.strip());
    return wrongSetting(
        "%s: %s (expected: %s)".formatted(where, visible ? value : '"' + value + '"', expected));
  }

  /** A port that is taken, a Redis that is not there, a directory that is not writable. */
  public static StartFailure wrongSurroundings(String line, Throwable cause) {
    return new StartFailure(WRONG_SURROUNDINGS, line, cause);
  }

  public int exitCode() {
    return exitCode;
  }

  /** The one line. */
  public String line() {
    return String.valueOf(getMessage());
  }

  /** Values come from the user: what would break the line is shown by its code. */
  private static String oneLine(String text) {
    return BREAKS.matcher(text).replaceAll(c -> "\\\\u%04x".formatted((int) c.group().charAt(0)));
  }
}
