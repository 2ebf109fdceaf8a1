package io.purpledb;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The log: one line per event on standard error, through java.util.logging. */
final class Log {

  private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";
  private static final String FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n";

  /** Held, because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger PURPLE = Logger.getLogger("io.purpledb");

  private Log() {}

  /** Sets the format, and the level: with {@code debug} everything that Purple says. */
  static void configure(boolean debug) {
    if (System.getProperty(FORMAT_PROPERTY) == null) {
      System.setProperty(FORMAT_PROPERTY, FORMAT);
    }
    if (debug) {
      PURPLE.setLevel(Level.ALL);
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.setLevel(Level.ALL);
      }
    }
  }
}
