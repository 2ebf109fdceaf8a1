package io.purpledb.backend.disk;

import io.purpledb.message.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The database of one service, shared by all event loops: one thread writes, one reads.
 *
 * <p><b>Group commit.</b> The writer takes all waiting changes, runs them in one transaction, makes
 * them durable once, and answers them all. A change that fails by itself fails alone; when the
 * transaction fails, all of it fails as unavailable and the database is opened anew.
 *
 * <p><b>Visible means durable.</b> Other connections see a commit before it is forced, and a crash
 * could take back what somebody has read. So the writer publishes the keys of the running group,
 * and a read of one of them waits for the group.
 */
final class DiskDatabase {

  private static final Logger LOG = System.getLogger(DiskDatabase.class.getName());
  private static final int MAX_GROUP = 512;
  private static final long HOUSEKEEPING_MILLIS = 500;
  private static final long MAX_BACK_OFF_MILLIS = 2_000;

  private final Vertx vertx;
  private final DiskFile file;
  private final Housekeeping housekeeping;
  private final BlockingQueue<Request<?>> writes;
  private final BlockingQueue<Request<?>> reads;
  private final Set<String> inFlight = ConcurrentHashMap.newKeySet();
  private final Thread writer;
  private final Thread reader;
  private volatile @Nullable Session writing;
  private volatile @Nullable Session reading;
  private volatile boolean closing;

  /**
   * @param maxQueued how many reads, and how many writes, wait at most; more are refused as busy
   * @param housekeeping what the writer does between groups
   */
  DiskDatabase(
      Vertx vertx, DiskFile file, String service, int maxQueued, Housekeeping housekeeping) {
    this.vertx = vertx;
    this.file = file;
    this.housekeeping = housekeeping;
    this.writes = new ArrayBlockingQueue<>(maxQueued);
    this.reads = new ArrayBlockingQueue<>(maxQueued);
    this.writer = new Thread(this::write, "purple-" + service + "-writer");
    this.reader = new Thread(this::read, "purple-" + service + "-reader");
  }

  /** Opens the file and starts the threads; fails with a line for the user. */
  void open() {
    Connection connection = file.openAtStart();
    try {
      reading = new Session(file.openReader());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    writing = new Session(connection);
    writer.start();
    reader.start();
  }

  /** Reads what is durable under a key. */
  <T> Future<T> read(String key, Work<T> query) {
    return enqueue(reads, key, query);
  }

  /** Changes what is under a key; succeeds when the change is durable. */
  <T> Future<T> write(String key, Work<T> change) {
    return enqueue(writes, key, change);
  }

  Future<Void> health() {
    return writing == null ? Future.failedFuture(notOpen()) : Future.succeededFuture();
  }

  /** Finishes what waits, then closes the file. */
  void close() {
    closing = true;
    join(reader);
    join(writer);
    closeQuietly(reading);
    closeQuietly(writing);
  }

  private <T> Future<T> enqueue(BlockingQueue<Request<?>> queue, String key, Work<T> work) {
    if (writing == null) {
      return Future.failedFuture(notOpen());
    }
    Promise<T> promise = Promise.promise();
    Request<T> request = new Request<>(key, work, vertx.getOrCreateContext(), promise);
    if (!queue.offer(request)) {
      return Future.failedFuture(busy(queue));
    }
    return promise.future();
  }

  private void write() {
    while (true) {
      try {
        List<Request<?>> group = next(writes);
        if (group.isEmpty() && closing && !reader.isAlive()) {
          return;
        }
        Session session = writing;
        if (session != null) {
          commit(session, group);
        } else {
          group.forEach(request -> request.fail(notOpen()));
        }
        answer(group);
        if (writing == null && !closing) {
          reopen();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void commit(Session session, List<Request<?>> group) {
    group.forEach(request -> inFlight.add(request.key()));
    try {
      boolean cleaned = housekeeping.run(session);
      for (Request<?> request : group) {
        request.run(session);
      }
      if (cleaned || !group.isEmpty()) {
        session.commit();
        try (Statement statement = session.connection().createStatement()) {
          file.makeDurable(statement);
        }
      }
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.ERROR, file.path() + ": a group of writes failed; opening it anew", e);
      group.forEach(request -> request.fail(failed(e)));
      abandon();
    } finally {
      inFlight.clear();
    }
  }

  private void read() {
    while (true) {
      try {
        List<Request<?>> group = next(reads);
        if (group.isEmpty() && closing) {
          return;
        }
        Session session = reading;
        group.removeIf(request -> !answered(session, request));
        answer(group);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Reads; false when the writer has to answer, because it is just writing what was read. */
  private boolean answered(@Nullable Session session, Request<?> request) {
    if (session == null) {
      request.fail(notOpen());
      return true;
    }
    try {
      request.run(session);
    } catch (SQLException e) {
      request.fail(failed(e));
      return true;
    }
    if (reading != session) { // the group of writes that was just seen has failed
      request.fail(notOpen());
      return true;
    }
    if (!inFlight.contains(request.key())) {
      return true;
    }
    if (!writes.offer(request)) {
      request.fail(busy(writes));
      return true;
    }
    return false;
  }

  private List<Request<?>> next(BlockingQueue<Request<?>> queue) throws InterruptedException {
    List<Request<?>> group = new ArrayList<>();
    Request<?> first =
        closing ? queue.poll() : queue.poll(HOUSEKEEPING_MILLIS, TimeUnit.MILLISECONDS);
    if (first != null) {
      group.add(first);
      queue.drainTo(group, MAX_GROUP - 1);
    }
    return group;
  }

  /** Answers each caller on its event loop, waking each loop once. */
  private static void answer(List<Request<?>> group) {
    Map<Context, List<Request<?>>> byContext = new HashMap<>();
    for (Request<?> request : group) {
      byContext.computeIfAbsent(request.context(), c -> new ArrayList<>()).add(request);
    }
    byContext.forEach(
        (context, requests) -> context.runOnContext(x -> requests.forEach(Request::answer)));
  }

  /** Gives up the sessions; what was not made durable is not to be written later. */
  private void abandon() {
    Session session = writing;
    writing = null;
    if (session != null) {
      try (Statement statement = session.connection().createStatement()) {
        statement.execute("SHUTDOWN IMMEDIATELY");
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "the shutdown of a failed database failed, too", e);
      }
    }
    reading = null;
  }

  private void reopen() throws InterruptedException {
    long backOff = 50;
    while (!closing) {
      try {
        Connection connection = file.open();
        reading = new Session(file.openReader());
        writing = new Session(connection);
        LOG.log(Level.INFO, file.path() + ": open again");
        return;
      } catch (SQLException | IOException | RuntimeException e) {
        LOG.log(Level.WARNING, "{0}: still cannot be opened: {1}", file.path(), e.getMessage());
        Thread.sleep(backOff);
        backOff = Math.min(2 * backOff, MAX_BACK_OFF_MILLIS);
        List<Request<?>> refused = new ArrayList<>();
        writes.drainTo(refused);
        refused.forEach(request -> request.fail(notOpen()));
        answer(refused);
      }
    }
  }

  private Failure busy(BlockingQueue<?> queue) {
    return Failure.busy(
        "%s: %d requests waiting (expected: fewer)".formatted(file.path(), queue.size()));
  }

  private Failure notOpen() {
    return Failure.unavailable(file.path() + ": not open; it is tried again and again");
  }

  private Failure failed(Exception e) {
    return Failure.unavailable(
        "%s: %s; a write may or may not have happened".formatted(file.path(), e.getMessage()));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(@Nullable Session session) {
    try {
      if (session != null) {
        session.connection().close();
      }
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "the database was not closed cleanly", e);
    }
  }
}
