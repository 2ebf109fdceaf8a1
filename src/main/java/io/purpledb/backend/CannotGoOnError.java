package io.purpledb.backend;

import org.jspecify.annotations.Nullable;

/**
 * What an engine throws, or hands to the default handler of what no thread catches, when this
 * process must end: its data on disk may be right, and what it has in memory is not, or cannot be
 * kept up. Whoever watches over the process starts it again.
 */
public final class CannotGoOnError extends Error {

  private static final long serialVersionUID = 1;

  /**
   * @param reason one line for the operator: what happened, and what was expected
   * @param cause what is known of it; null when nothing
   */
  public CannotGoOnError(String reason, @Nullable Throwable cause) {
    super(reason, cause);
  }

  /** Ends the process by the handler of what no thread catches; returns where there is none. */
  public static void tell(Error error) {
    Thread.UncaughtExceptionHandler last = Thread.getDefaultUncaughtExceptionHandler();
    if (last != null) {
      last.uncaughtException(Thread.currentThread(), error);
    }
  }
}
