package io.purpledb.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Collects what Purple and Vert.x log as a warning or worse while tests run. */
public final class LogWatch extends Handler implements AfterAllCallback {

  // The logging system holds its loggers weakly.
  private final List<Logger> watched;
  private final List<String> collected = new CopyOnWriteArrayList<>();
  private final SimpleFormatter formatter = new SimpleFormatter();

  /**
   * @param others whose logs are collected, too
   */
  public LogWatch(String... others) {
    watched =
        Stream.concat(Stream.of("io.purpledb", "io.vertx"), Stream.of(others))
            .map(Logger::getLogger)
            .toList();
    setLevel(Level.WARNING);
    watched.forEach(logger -> logger.addHandler(this));
  }

  /** What was logged since the last call. */
  public List<String> take() {
    List<String> taken = List.copyOf(collected);
    collected.removeAll(taken);
    return taken;
  }

  @Override
  public void publish(LogRecord logged) {
    if (isLoggable(logged)) {
      collected.add(formatter.format(logged));
    }
  }

  @Override
  public void flush() {}

  /** Ends with the class of a test that has it as an extension. */
  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    watched.forEach(logger -> logger.removeHandler(this));
  }
}
