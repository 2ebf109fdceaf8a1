package io.purpledb.backend.disk.queue;

import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.message.Failure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One database for all event loops: they put requests into two bounded queues, one thread writes
 * and one reads, each taking all that waits at once. The writer makes a whole batch durable with
 * one force and then answers it, so the more callers, the less a force costs each.
 *
 * <p>What the tables mean is the business of the {@link Task}s.
 */
public final class DiskDatabase {

  private static final Logger LOG = System.getLogger(DiskDatabase.class.getName());
  private static final long CLOSE_SECONDS = 10;

  private final Shared shared;
  private final Thread writer;
  private final Thread reader;

  /**
   * @param shared an open database
   */
  public DiskDatabase(String service, Shared shared, DiskWriter writer) {
    this.shared = shared;
    this.writer = new Thread(writer, "purple-" + service + "-writer");
    this.reader = new Thread(new DiskReader(shared), "purple-" + service + "-reader");
  }

  public void start() {
    writer.start();
    reader.start();
  }

  /** Lets a thread read; null when the request will be answered, else why it cannot be. */
  public @Nullable Failure read(Request<?> request) {
    return shared.submit(shared.reads(), request);
  }

  /** Lets a thread write; null when the request will be answered, else why it cannot be. */
  public @Nullable Failure write(Request<?> request) {
    return shared.submit(shared.writes(), request);
  }

  /** Why requests cannot be served now, null when they can. */
  public @Nullable Failure unavailable() {
    return shared.open() == null ? shared.reason() : null;
  }

  /** What is not as it should be while requests are served; null when there is nothing. */
  public @Nullable String notice() {
    DatabaseConnections open = shared.open();
    return open == null ? null : open.notice();
  }

  /** Serves what waits, then closes the database. */
  public void close() {
    boolean readerEnded = ends(reader, shared.reads());
    boolean writerEnded = ends(writer, shared.writes());
    DatabaseConnections open = shared.open();
    shared.unavailable(Failure.unavailable("the disk backend is closed"));
    shared.failWaiting();
    if (readerEnded && writerEnded && open != null) {
      close(open);
    }
  }

  private static void close(DatabaseConnections open) {
    try {
      open.close();
    } catch (SQLException | IOException e) {
      LOG.log(Level.ERROR, "closing a database; its log has what was acknowledged", e);
    }
  }

  /** Whether a thread ends after it has served what waits. */
  private static boolean ends(Thread thread, RequestQueue queue) {
    queue.stop();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.log(Level.ERROR, thread.getName() + " does not end");
    }
    return !thread.isAlive();
  }
}
