package io.purpledb.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test in which anything was logged as a warning or worse, by whomever. */
public final class QuietLog extends Handler implements BeforeEachCallback, AfterEachCallback {

  private static final Logger ROOT = Logger.getLogger("");

  private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();

  @Override
  public void beforeEach(ExtensionContext context) {
    ROOT.addHandler(this);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    ROOT.removeHandler(this);
    assertThat(take()).as("log").isEmpty();
  }

  /** What was logged so far; forgets it. */
  public List<String> take() {
    List<String> lines = records.stream().map(QuietLog::line).toList();
    records.clear();
    return lines;
  }

  @Override
  public void publish(LogRecord entry) {
    if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
      records.add(entry);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  private static String line(LogRecord entry) {
    return entry.getLoggerName() + ": " + entry.getMessage() + ", " + entry.getThrown();
  }
}
