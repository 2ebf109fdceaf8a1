package io.purpledb.backend.disk.queue;

import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.message.Failure;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What the callers and the two threads of one database share. */
public final class Shared {

  private final RequestQueue writes;
  private final RequestQueue reads;

  /** The keys that a commit has changed or will change and that are not durable yet. */
  private final Set<Object> notDurable = ConcurrentHashMap.newKeySet();

  private volatile @Nullable DatabaseConnections open;
  private volatile Failure reason = Failure.unavailable("not open yet");

  public Shared(int maxQueued, long batchBytes) {
    writes = new RequestQueue(maxQueued, batchBytes);
    reads = new RequestQueue(maxQueued, batchBytes);
  }

  RequestQueue writes() {
    return writes;
  }

  RequestQueue reads() {
    return reads;
  }

  Set<Object> notDurable() {
    return notDurable;
  }

  /** The open database, null while there is none. */
  @Nullable DatabaseConnections open() {
    return open;
  }

  void opened(DatabaseConnections connections) {
    open = connections;
  }

  /** Lets all requests fail until the database is open again. */
  void unavailable(Failure why) {
    reason = why;
    open = null;
  }

  /** Why the database is not open. */
  Failure reason() {
    return reason;
  }

  /**
   * Puts a request into a queue.
   *
   * @return why it could not, null when it could: the request will be answered
   */
  @Nullable Failure submit(RequestQueue queue, Request<?> request) {
    if (open == null) {
      return reason;
    }
    if (!queue.offer(request)) {
      return Failure.busy("the disk's queue is full; try again later");
    }
    if (open == null && queue.remove(request)) { // its thread may not look again soon
      return reason;
    }
    return null;
  }

  /** Fails the writes that wait, when there is nobody to serve them. */
  void failWaiting() {
    for (List<Request<?>> left = writes.next(0); !left.isEmpty(); left = writes.next(0)) {
      left.forEach(request -> request.fail(reason));
      Answers.send(left);
    }
  }
}
