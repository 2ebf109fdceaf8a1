package io.purpledb.engine.memory;

import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Event;
import io.purpledb.engine.Key;
import io.purpledb.engine.Page;
import io.purpledb.engine.Range;
import io.purpledb.engine.Scan;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.Moment;
import io.purpledb.engine.support.Watch;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the memory of the process. Who reads one entry takes no lock; who changes any takes
 * one for all, which is held for less than a microsecond, so that the order of changes is one.
 */
public final class MemoryEngine implements Engine {

  /** Made ahead, as it is the same for all. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure LATE = Failure.timedOut("the deadline was over before it was begun");

  private static final int SWEPT_AT_ONCE = 1_000;
  private static final long SWEEP_MIN_MILLIS = 50;
  private static final long SWEEP_MAX_MILLIS = 1_000;
  private static final long HISTORY_PART = 64;

  private final Map<String, Map<String, Space>> namespaces = new ConcurrentHashMap<>();
  private final Expiries expiries = new Expiries();
  private final ChangeLog log = new ChangeLog(Runtime.getRuntime().maxMemory() / HISTORY_PART);
  private final Vertx vertx;
  private final InstantSource clock;
  private final LongConsumer room;
  private boolean isSweeping;
  private boolean isClosed;

  /**
   * @param clock tells when entries expire
   * @param room takes what a change needs of the heap, in bytes, or fails; negative gives back
   */
  public MemoryEngine(Vertx vertx, InstantSource clock, LongConsumer room) {
    this.vertx = vertx;
    this.clock = clock;
    this.room = room;
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    return answer(call, () -> keys.size() == 1 ? readOne(keys.get(0)) : readAtOnce(keys));
  }

  @Override
  public Future<@Nullable Entry> get(Call call, Key key) {
    if (call.isOver()) {
      return Future.failedFuture(LATE);
    }
    Cell cell = alive(key, new Moment(clock));
    return Future.succeededFuture(cell == null ? null : cell.entry(key));
  }

  private List<@Nullable Entry> readOne(Key key) {
    Cell cell = alive(key, new Moment(clock));
    return Collections.singletonList(cell == null ? null : cell.entry(key));
  }

  private synchronized List<@Nullable Entry> readAtOnce(List<Key> keys) {
    return readAll(keys, new Moment(clock));
  }

  private List<@Nullable Entry> readAll(List<Key> keys, Moment now) {
    List<@Nullable Entry> entries = new ArrayList<>(keys.size());
    for (Key key : keys) {
      Cell cell = alive(key, now);
      entries.add(cell == null ? null : cell.entry(key));
    }
    return entries;
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    return answer(call, () -> commit(commit));
  }

  private synchronized Committed commit(Commit commit) {
    Moment now = new Moment(clock);
    MemoryStep step = new MemoryStep(this, now);
    int refusedBy = step.work(commit);
    if (refusedBy == Committed.DONE) {
      make(step, Event.Kind.DELETED);
    }
    List<@Nullable Entry> entries =
        commit.reads().isEmpty() ? List.of() : readAll(commit.reads(), now);
    return new Committed(refusedBy, log.position(), entries);
  }

  /**
   * Makes the changes of a step where everybody sees them, all at once. What may fail for want of
   * memory comes before anything is to be seen.
   *
   * @param whenAbsent what those who watch are told of an entry that is gone
   */
  private void make(MemoryStep step, Event.Kind whenAbsent) {
    List<Cell.Next> next = new ArrayList<>(step.keys().size());
    List<ChangeLog.Change> changes = new ArrayList<>(step.keys().size());
    long bytes = 0;
    long position = log.position();
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      Cell before = find(key);
      Cell after = step.next().get(i);
      if (before != null || after != null) {
        position++;
        bytes += heapBytes(key, after) - heapBytes(key, before);
        if (after != null) {
          after.become(position);
        }
        next.add(new Cell.Next(key, before, after));
        changes.add(new ChangeLog.Change(after == null ? whenAbsent : Event.Kind.PUT, key, after));
      }
    }
    room.accept(bytes);
    try {
      next.forEach(one -> expiries.replaced(one.key(), one.before(), one.after()));
      show(next);
    } catch (Throwable t) {
      room.accept(-bytes);
      throw t;
    }
    log.add(changes);
    sweepInTime();
  }

  private void show(List<Cell.Next> next) {
    if (next.size() > 1) {
      Cell.Decision decision = new Cell.Decision();
      next.forEach(one -> set(one.key(), one.undecided(decision)));
      decision.make();
    }
    next.forEach(one -> set(one.key(), one.after()));
  }

  private void set(Key key, @Nullable Cell cell) {
    Space space = space(key);
    if (space == null) {
      space =
          namespaces
              .computeIfAbsent(key.namespace(), absent -> new ConcurrentHashMap<>())
              .computeIfAbsent(key.service(), absent -> new Space());
    }
    space.set(key.name(), key.item(), cell);
  }

  private static long heapBytes(Key key, @Nullable Cell cell) {
    if (cell == null) {
      return 0;
    }
    int expires = cell.expiresMillis() == Entry.NEVER ? 0 : Expiries.HEAP_BYTES;
    return Space.keyBytes(key) + cell.heapBytes() + expires;
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    return answer(call, () -> page(scan));
  }

  private Page page(Scan scan) {
    List<Entry> entries = new ArrayList<>();
    Range range = scan.range();
    Key after = scan.after();
    Key from = after == null || scan.reverse() ? range.from() : after;
    Key to = after == null || !scan.reverse() ? end(range) : after;
    Moment now = new Moment(clock);
    walk(
        from,
        to,
        scan.reverse(),
        (key, cell) -> {
          if (cell.isAlive(now) && !key.equals(after)) {
            entries.add(cell.entry(key));
          }
          return entries.size() <= scan.limit(); // one more tells whether there is a next page
        });
    if (entries.size() <= scan.limit()) {
      return new Page(List.copyOf(entries), null);
    }
    List<Entry> page = List.copyOf(entries.subList(0, scan.limit()));
    return new Page(page, page.get(page.size() - 1).key());
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    return answer(call, () -> take(claim));
  }

  private synchronized List<Entry> take(Claim claim) {
    Moment now = new Moment(clock);
    MemoryStep step = new MemoryStep(this, now);
    List<Key> moved = new ArrayList<>();
    List<Cell> cells = new ArrayList<>();
    walk(
        claim.range().from(),
        end(claim.range()),
        false,
        (key, cell) -> {
          if (cell.isAlive(now)) {
            step.set(key, null);
            moved.add(claim.moved(key));
            cells.add(cell.expiring(cell.expiresMillis()));
          }
          return moved.size() < claim.limit();
        });
    for (int i = 0; i < moved.size(); i++) {
      step.set(moved.get(i), cells.get(i));
    }
    make(step, Event.Kind.DELETED);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < moved.size(); i++) {
      entries.add(cells.get(i).entry(moved.get(i)));
    }
    return entries;
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    return new Watch(log, range, after == NOW ? log.position() : after, call, vertx);
  }

  @Override
  public Future<Void> health() {
    return Future.succeededFuture();
  }

  @Override
  public synchronized Future<Void> close() {
    isClosed = true;
    log.close();
    return Future.succeededFuture();
  }

  /** Frees entries whose time is over; not all of many at once, for others wait meanwhile. */
  synchronized void sweep() {
    Moment now = new Moment(clock);
    MemoryStep step = new MemoryStep(this, now);
    for (Key key : expiries.due(now.millis(), SWEPT_AT_ONCE)) {
      step.set(key, null);
    }
    make(step, Event.Kind.EXPIRED);
  }

  /** Nothing is looked for while nothing expires: that would wake a server at rest. */
  private void sweepInTime() {
    long first = expiries.firstMillis();
    if (first == Entry.NEVER || isSweeping || isClosed) {
      return;
    }
    isSweeping = true;
    long millis = Math.max(SWEEP_MIN_MILLIS, Math.min(SWEEP_MAX_MILLIS, first - clock.millis()));
    vertx.setTimer(
        millis,
        timer -> {
          synchronized (this) {
            isSweeping = false;
            sweep();
          }
        });
  }

  @Nullable Cell alive(Key key, Moment now) {
    Cell cell = find(key);
    return cell == null || !cell.isAlive(now) ? null : cell;
  }

  private @Nullable Cell find(Key key) {
    Space space = space(key);
    return space == null ? null : space.find(key.name(), key.item());
  }

  private @Nullable Space space(Key key) {
    Map<String, Space> services = namespaces.get(key.namespace());
    return services == null ? null : services.get(key.service());
  }

  /** The keys of a range. */
  List<Key> keys(Range range) {
    List<Key> keys = new ArrayList<>();
    walk(range.from(), end(range), false, (key, cell) -> keys.add(key));
    return keys;
  }

  private static @Nullable Key end(Range range) {
    return range.isBounded() ? range.to() : null;
  }

  private interface Found {
    boolean visit(Key key, Cell cell);
  }

  private void walk(Key from, @Nullable Key to, boolean reverse, Found found) {
    Space space = space(from);
    if (space != null) {
      space.walk(
          from,
          to,
          reverse,
          (name, item, cell) ->
              found.visit(new Key(from.namespace(), from.service(), name, item), cell));
    }
  }

  private static <T> Future<T> answer(Call call, Supplier<T> work) {
    if (call.isOver()) {
      return Future.failedFuture(LATE);
    }
    try {
      return Future.succeededFuture(work.get());
    } catch (Failure failure) {
      return Future.failedFuture(failure);
    }
  }
}
