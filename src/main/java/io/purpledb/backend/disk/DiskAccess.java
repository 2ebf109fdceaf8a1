package io.purpledb.backend.disk;

import io.purpledb.backend.disk.database.DiskDatabase;
import io.purpledb.backend.disk.database.Reach;
import io.purpledb.backend.disk.database.Request;
import io.purpledb.backend.disk.database.Task;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * A database as one event loop uses it; futures complete on that loop.
 *
 * @param loop the context of the verticle that asks, not of one of its messages: answers are
 *     grouped by it
 * @param call what the requests are part of
 */
record DiskAccess(DiskDatabase database, Context loop, Call call) {

  /** For no call in particular. */
  DiskAccess(DiskDatabase database, Context loop) {
    this(database, loop, Call.NOTHING);
  }

  /** The same for one call: what waits in a queue until its deadline is taken out. */
  DiskAccess within(Call other) {
    return new DiskAccess(database, loop, other);
  }

  /** Reads what is durable of a key; the task must not change anything. */
  <T> Future<@Nullable T> read(String key, Task<T> task) {
    Request<T> request = Request.read(call, Reach.of(key), task, loop);
    Future<T> future = request.future();
    return orFailed(future, database.read(request));
  }

  /** Changes a key; the future completes when the change is durable. */
  <T> Future<T> write(String key, Task<T> task) {
    return write(key, 0, task);
  }

  /**
   * Changes a key; the future completes when the change is durable.
   *
   * @param bytes about how much is written
   */
  <T> Future<T> write(String key, int bytes, Task<T> task) {
    Request<T> request = Request.write(call, Reach.of(key), bytes, task, loop);
    Future<T> future = request.future();
    return orFailed(future, database.write(request));
  }

  /** Deletes something of a key; the future completes when that is durable. */
  <T> Future<T> delete(String key, Task<T> task) {
    Request<T> request = Request.deletion(call, Reach.of(key), task, loop);
    Future<T> future = request.future();
    return orFailed(future, database.write(request));
  }

  Future<Void> health() {
    Failure failure = database.unavailable();
    return failure == null ? Future.succeededFuture() : Future.failedFuture(failure);
  }

  private static <T> Future<T> orFailed(Future<T> future, @Nullable Failure failure) {
    return failure == null ? future : Future.failedFuture(failure);
  }
}
