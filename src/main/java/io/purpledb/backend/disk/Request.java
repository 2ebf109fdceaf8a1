package io.purpledb.backend.disk;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/** One operation that waits for a thread of a database, and its answer. */
final class Request<T> {

  private final String key;
  private final Work<T> work;
  private final Context context;
  private final Promise<T> promise;
  private @Nullable T result;
  private @Nullable Throwable failure;

  /**
   * @param context where the answer is given
   */
  Request(String key, Work<T> work, Context context, Promise<T> promise) {
    this.key = key;
    this.work = work;
    this.context = context;
    this.promise = promise;
  }

  String key() {
    return key;
  }

  Context context() {
    return context;
  }

  /** Does the work and keeps its outcome until {@link #answer}. */
  void run(Session session) throws java.sql.SQLException {
    try {
      result = work.run(session);
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  void fail(Throwable reason) {
    failure = reason;
  }

  /** Gives the outcome to the caller; on its context. */
  void answer() {
    if (failure == null) {
      promise.complete(result);
    } else {
      promise.fail(failure);
    }
  }
}
