package io.purpledb.backend.disk;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: it waits in a queue, is run by one of the database's threads, possibly
 * more than once, and is answered on the event loop that sent it.
 */
final class Request<T> {

  private final String key;
  private final int bytes;
  private final Effect effect;
  private final Task<T> task;
  private final Context loop;
  private final Promise<T> promise = Promise.promise();
  private @Nullable T result;
  private @Nullable Throwable failure;

  private Request(String key, int bytes, Effect effect, Task<T> task, Context loop) {
    this.key = key;
    this.bytes = bytes;
    this.effect = effect;
    this.task = task;
    this.loop = loop;
  }

  private enum Effect {
    NONE,
    WRITES,
    DELETES
  }

  static <T> Request<T> read(String key, Task<T> task, Context loop) {
    return new Request<>(key, 0, Effect.NONE, task, loop);
  }

  /**
   * @param bytes roughly how much is written, to bound what is written at once
   */
  static <T> Request<T> write(String key, int bytes, Task<T> task, Context loop) {
    return new Request<>(key, bytes, Effect.WRITES, task, loop);
  }

  /** A write that only deletes: it is served when the disk is full, too. */
  static <T> Request<T> deletion(String key, Task<T> task, Context loop) {
    return new Request<>(key, 0, Effect.DELETES, task, loop);
  }

  String key() {
    return key;
  }

  int bytes() {
    return bytes;
  }

  /** Whether it may change something. */
  boolean changing() {
    return effect != Effect.NONE;
  }

  /** Whether it may change something, but only delete. */
  boolean freeing() {
    return effect == Effect.DELETES;
  }

  Context loop() {
    return loop;
  }

  Future<T> future() {
    return promise.future();
  }

  /** Runs the task and keeps what came out of it for {@link #answer}. */
  void run(Sql sql) throws SQLException {
    result = task.run(sql);
    failure = null;
  }

  /** Keeps a failure for {@link #answer}. */
  void fail(Throwable cause) {
    failure = cause;
  }

  /** Completes the future; on the event loop, so that what follows runs at once. */
  void answer() {
    Throwable cause = failure;
    if (cause == null) {
      promise.complete(result);
    } else {
      promise.fail(cause);
    }
  }
}
