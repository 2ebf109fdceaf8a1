package io.purpledb.backend.redis.engine;

import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.WatchStream;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings the changes that Redis keeps into the log of this process, while anybody watches: in pages
 * as long as there are more, else every 50 ms. Redis keeps changes, whoever makes them, as long as
 * somebody asks for them, and some minutes more. What it does not keep, or not any more, is a gap:
 * so is what comes between while a process hangs for longer. When nobody watches nothing is asked;
 * the first who does again causes all that is kept to be read, at most some megabytes. Thread-safe.
 */
final class Follower {

  private static final long PAUSE_MILLIS = 50;

  /** So long changes are kept for those who watch, also when they go and come again. */
  private static final long LEASE_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private static final long PAUSE_AFTER_FAILURE_MILLIS = 500;

  /** In front of what a script tells: the last position, the first kept, the first told. */
  private static final int HEAD = 3;

  private final Vertx vertx;
  private final LoopLinks links;
  private final ChangeLog log;
  private final Positions positions = new Positions();
  private final List<Beginning> beginnings = new ArrayList<>();
  private boolean follows;
  private boolean isClosed;

  Follower(Vertx vertx, LoopLinks links, ChangeLog log) {
    this.vertx = vertx;
    this.links = links;
    this.log = log;
  }

  /** A watch that does not know yet from where on. */
  private static final class Beginning {

    private final WatchStream watch;
    private final AtomicLong least;
    private boolean asked;
    private long position = Engine.NOW;

    /**
     * @param least the position that it asked for, or is found by {@link Positions#seek}
     */
    Beginning(WatchStream watch, AtomicLong least) {
      this.watch = watch;
      this.least = least;
    }
  }

  /** Changes of this process were made behind a position. */
  void changedAfter(long position) {
    positions.changedAfter(position);
  }

  WatchStream watch(Call call, Range range, long after) {
    WatchStream watch = new WatchStream(log, range, call, vertx);
    AtomicLong least = after == Engine.NOW ? positions.seek() : new AtomicLong(after);
    synchronized (this) {
      beginnings.add(new Beginning(watch, least));
    }
    links
        .here(
            link -> {
              follow();
              return Future.succeededFuture();
            })
        .onFailure(closed -> log.close());
    return watch;
  }

  private void follow() {
    synchronized (this) {
      if (isClosed) {
        log.close(); // ends what has begun since
      }
      if (isClosed || follows) {
        return;
      }
      follows = true;
    }
    ask();
  }

  private void ask() {
    long after = log.position();
    synchronized (this) {
      beginnings.forEach(one -> one.asked = true);
    }
    links
        .here(link -> link.run(Call.NOTHING, Script.CHANGES, after, LEASE_MILLIS))
        .map(told -> take(told, after))
        .onComplete(
            (isAll, error) -> {
              if (error == null && !isAll) {
                ask();
              } else {
                pause(error == null ? PAUSE_MILLIS : PAUSE_AFTER_FAILURE_MILLIS);
              }
            });
  }

  private void pause(long millis) {
    synchronized (this) {
      boolean isAsked = beginnings.stream().allMatch(one -> one.asked);
      if (isClosed || (beginnings.isEmpty() && !log.isWatched())) {
        follows = false;
        return;
      }
      if (!isAsked) {
        vertx.runOnContext(x -> ask());
        return;
      }
    }
    vertx.setTimer(millis, timer -> ask());
  }

  /** Takes a page; answers whether it was the last. */
  private boolean take(Response told, long after) {
    long last = told.get(0).toLong();
    long first = told.get(2).toLong();
    if (last < after) { // another data set
      log.goOnAfter(last);
    } else if (first > after + 1) {
      log.goOnAfter(first - 1);
    }
    try {
      List<ChangeLog.Change> changes = new ArrayList<>();
      for (int i = HEAD; i + 1 < told.size(); i += 2) {
        changes.add(change(told.get(i).toBytes(), told.get(i + 1).toBytes()));
      }
      log.add(changes);
    } catch (Failure | IllegalArgumentException e) { // others have written there
      log.goOnAfter(last);
    }
    begin(last);
    return log.position() >= last;
  }

  private static ChangeLog.Change change(byte[] what, byte[] stored) {
    Key key = StoredKey.ofFull(what, 1);
    return switch (what[0]) {
      case 'P' ->
          new ChangeLog.Change(
              Event.Kind.PUT, key, new KeptEntry(ValueEnvelope.entry(key, stored)));
      case 'D' -> new ChangeLog.Change(Event.Kind.DELETED, key, null);
      case 'X' -> new ChangeLog.Change(Event.Kind.EXPIRED, key, null);
      default -> new ChangeLog.Change(Event.Kind.GAP, key, null);
    };
  }

  /**
   * Lets those begin whose position the log has reached.
   *
   * @param last the position of the server
   */
  private void begin(long last) {
    List<Beginning> begun = new ArrayList<>();
    synchronized (this) {
      for (Beginning one : beginnings) {
        if (one.asked && one.position == Engine.NOW) {
          one.position = Math.min(last, one.least.get());
          positions.found(one.least);
        }
        if (one.position != Engine.NOW && log.position() >= one.position) {
          begun.add(one);
        }
      }
      beginnings.removeAll(begun);
    }
    begun.forEach(one -> one.watch.begin(one.position));
  }

  void close() {
    synchronized (this) {
      isClosed = true;
      beginnings.clear();
    }
    log.close();
  }
}
