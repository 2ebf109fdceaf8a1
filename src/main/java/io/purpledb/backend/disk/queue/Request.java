package io.purpledb.backend.disk.queue;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.Sql;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: it waits in a queue, is run by one of the database's threads, possibly
 * more than once, and is answered on the event loop that sent it.
 */
public final class Request<T> {

  /** Made ahead, as it is the same for all. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure LATE = Failure.timedOut("the deadline was over before it was begun");

  private final Call call;
  private final Reach reach;
  private long bytes;
  private final Effect effect;
  private final Context loop;

  /** Null when it is answered: others of its batch may be answered later, and values are large. */
  private @Nullable Task<T> task;

  private @Nullable Promise<T> promise = Promise.promise();
  private @Nullable T result;
  private @Nullable Throwable failure;
  private long fetchedBytes;

  private Request(Call call, Reach reach, long bytes, Effect effect, Task<T> task, Context loop) {
    this.call = call;
    this.reach = reach;
    this.bytes = bytes;
    this.effect = effect;
    this.task = task;
    this.loop = loop;
  }

  private enum Effect {
    NONE,
    WRITES,
    DELETES,
    WRITES_TO_THE_DEVICE
  }

  public static <T> Request<T> read(Call call, Reach reach, Task<T> task, Context loop) {
    return new Request<>(call, reach, 0, Effect.NONE, task, loop);
  }

  /**
   * A write.
   *
   * @param bytes roughly how much is written, to bound what is written at once
   */
  public static <T> Request<T> write(
      Call call, Reach reach, long bytes, Task<T> task, Context loop) {
    return new Request<>(call, reach, bytes, Effect.WRITES, task, loop);
  }

  /** A write that only deletes: it is served when the disk is full, too. */
  public static <T> Request<T> deletion(Call call, Reach reach, Task<T> task, Context loop) {
    return new Request<>(call, reach, 0, Effect.DELETES, task, loop);
  }

  /** A write that is answered when all is on the device, whatever the durability of others is. */
  public static <T> Request<T> lasting(Reach reach, long bytes, Task<T> task, Context loop) {
    return new Request<>(Call.NOTHING, reach, bytes, Effect.WRITES_TO_THE_DEVICE, task, loop);
  }

  Reach reach() {
    return reach;
  }

  public long bytes() {
    return bytes;
  }

  /** Whether it may change something. */
  public boolean changing() {
    return effect != Effect.NONE;
  }

  /** Whether it may change something, but only delete. */
  boolean freeing() {
    return effect == Effect.DELETES;
  }

  /** Whether it has to be on the device before it is answered. */
  boolean lasting() {
    return effect == Effect.WRITES_TO_THE_DEVICE;
  }

  Context loop() {
    return loop;
  }

  /** To be asked for before the request is submitted. */
  public Future<T> future() {
    return Objects.requireNonNull(promise).future();
  }

  /**
   * Runs the task and keeps what came out of it for {@link #answer}; not the task of one for whom
   * nobody waits any more.
   */
  void run(Sql sql) throws SQLException {
    if (call.isOver()) {
      drop();
      failure = LATE;
      return;
    }
    long before = sql.fetchedBytes();
    result = Objects.requireNonNull(task).run(sql);
    fetchedBytes = sql.fetchedBytes() - before;
    failure = null;
  }

  /** Drops what came out of it, as nobody may see that; another run gives about as much. */
  void drop() {
    bytes = Math.max(bytes, resultBytes());
    result = null;
    fetchedBytes = 0;
  }

  /** How large what came out of it is, if it is a value or a set. */
  long resultBytes() {
    Object found = result;
    if (found instanceof ByteString value) {
      return value.size();
    }
    return found instanceof String text ? text.length() : fetchedBytes;
  }

  /** Keeps a failure for {@link #answer}. */
  void fail(Throwable cause) {
    failure = cause;
  }

  /** Completes the future; on the event loop, so that what follows runs at once. */
  void answer() {
    Throwable cause = failure;
    T found = result;
    Promise<T> answered = Objects.requireNonNull(promise);
    task = null;
    promise = null;
    result = null;
    if (cause == null) {
      answered.complete(found);
    } else {
      answered.fail(cause);
    }
  }
}
