package io.purpledb.engine.support;

import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One who watches a range. It takes from the log what its reader asks for, so that one that does
 * not read keeps nothing. Used on its event loop, but for {@link #wake} and {@link #end}.
 */
public final class WatchStream implements ReadStream<Event> {

  /** How many changes are looked at in one go. */
  private static final int STEP = 256;

  private static final long NOT_BEGUN = Long.MIN_VALUE;

  private final ChangeLog log;
  private final Range range;
  private final Context loop;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Queue<Event> waiting = new ArrayDeque<>();
  private long seen;
  private long demand = Long.MAX_VALUE;
  private boolean ended;
  private boolean endIsTold;
  private @Nullable Handler<Event> handler;
  private @Nullable Handler<Void> endHandler;

  /**
   * @param seen the position up to which its reader knows
   */
  public WatchStream(ChangeLog log, Range range, long seen, Call call, Vertx vertx) {
    this.log = log;
    this.range = range;
    this.seen = seen;
    this.loop = vertx.getOrCreateContext();
    if (call.deadlineNanos() != Call.NO_DEADLINE) {
      vertx.setTimer(Math.max(1, call.leftMillis(Long.MAX_VALUE)), timer -> end());
    }
  }

  /** One that is told of nothing until it begins, and belongs to the log until it ends. */
  public WatchStream(ChangeLog log, Range range, Call call, Vertx vertx) {
    this(log, range, NOT_BEGUN, call, vertx);
    log.join(this);
  }

  /**
   * Begins.
   *
   * @param position up to which its reader knows, and the log
   */
  public void begin(long position) {
    loop.runOnContext(
        x -> {
          seen = position;
          deliver();
        });
  }

  /** Something was added to the log. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      loop.runOnContext(
          x -> {
            woken.set(false);
            deliver();
          });
    }
  }

  /** There will be no more. */
  void end() {
    log.leave(this);
    loop.runOnContext(
        x -> {
          ended = true;
          waiting.clear();
          tellEnd();
        });
  }

  /** Once; whoever asks to be told when it has ended already is told as well. */
  private void tellEnd() {
    Handler<Void> told = endHandler;
    if (ended && told != null && !endIsTold) {
      endIsTold = true;
      told.handle(null);
    }
  }

  private void deliver() {
    Handler<Event> to = handler;
    while (to != null && demand > 0 && !ended) {
      Event event = next();
      if (event == null) {
        return;
      }
      if (demand != Long.MAX_VALUE) {
        demand--;
      }
      to.handle(event);
      to = handler;
    }
  }

  private @Nullable Event next() {
    while (waiting.isEmpty()) {
      if (seen == NOT_BEGUN) {
        return null;
      }
      ChangeLog.Told told = log.after(seen, range, STEP);
      if (told.seen() == seen && told.events().isEmpty()) {
        return null;
      }
      seen = told.seen();
      waiting.addAll(told.events());
    }
    return waiting.remove();
  }

  /** Null ends it. */
  @Override
  public ReadStream<Event> handler(@Nullable Handler<Event> events) {
    handler = events;
    if (events == null) {
      log.leave(this);
    } else {
      log.join(this);
      wake();
    }
    return this;
  }

  @Override
  public ReadStream<Event> pause() {
    demand = 0;
    return this;
  }

  @Override
  public ReadStream<Event> resume() {
    return fetch(Long.MAX_VALUE);
  }

  @Override
  public ReadStream<Event> fetch(long amount) {
    demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
    wake();
    return this;
  }

  @Override
  public ReadStream<Event> exceptionHandler(@Nullable Handler<Throwable> failures) {
    return this; // there are none
  }

  @Override
  public ReadStream<Event> endHandler(@Nullable Handler<Void> end) {
    endHandler = end;
    loop.runOnContext(x -> tellEnd());
    return this;
  }
}
