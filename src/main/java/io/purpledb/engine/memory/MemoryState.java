package io.purpledb.engine.memory;

import io.purpledb.engine.Change;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Description;
import io.purpledb.engine.Entry;
import io.purpledb.engine.Event;
import io.purpledb.engine.Key;
import io.purpledb.engine.Page;
import io.purpledb.engine.Range;
import io.purpledb.engine.Scan;
import io.purpledb.engine.Value;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.Moment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries in memory and the steps on them, each at a time that is given: two states that make the
 * same steps at the same times are the same, with the same positions. Who reads one entry takes no
 * lock; who changes any takes one for all, which is held for less than a microsecond, so that the
 * order of changes is one.
 */
public final class MemoryState {

  /** The version of what is there from before there were versions. */
  public static final long BEFORE = 1;

  /** Numbers and the name of a service. */
  private static final long AROUND_BYTES = 100;

  private static final Value ZERO = new Value.OfNumber(0);

  private final Map<String, Map<String, Space>> namespaces = new ConcurrentHashMap<>();
  private final Expiries expiries = new Expiries();
  private final ChangeLog log;
  private final LongConsumer room;
  private volatile long firstExpiryMillis = Entry.NEVER;
  private boolean isBefore;

  /**
   * @param log is told of each change
   * @param room takes what a change needs of the heap, in bytes, or fails; negative gives back
   */
  public MemoryState(ChangeLog log, LongConsumer room) {
    this.log = log;
    this.room = room;
  }

  /** An entry that has not expired; null where there is none. */
  public @Nullable Entry get(Key key, InstantSource clock) {
    MemoryEntry cell = alive(key, new Moment(clock));
    return cell == null ? null : cell.entry(key);
  }

  /** Several as they are at one moment. */
  public synchronized List<@Nullable Entry> read(List<Key> keys, InstantSource clock) {
    return readAll(keys, new Moment(clock));
  }

  private List<@Nullable Entry> readAll(List<Key> keys, Moment now) {
    List<@Nullable Entry> entries = new ArrayList<>(keys.size());
    for (Key key : keys) {
      MemoryEntry cell = alive(key, now);
      entries.add(cell == null ? null : cell.entry(key));
    }
    return entries;
  }

  /** Makes changes if all checks are true, all or none. */
  public Committed commit(Commit commit, InstantSource clock) {
    if (commit.itemsOf().isEmpty()) {
      return commit(commit, new Moment(clock), List.of());
    }
    Moment now = new Moment(clock);
    List<ItemTree> trees = new ArrayList<>(commit.itemsOf().size());
    Committed done = commit(commit, now, trees);
    return new Committed(
        done.refusedBy(),
        done.position(),
        done.entries(),
        trees.stream().map(tree -> tree.items(now)).toList()); // others need not wait for this
  }

  /**
   * Makes changes if all checks are true, all or none.
   *
   * @param trees gets those of the names whose items are asked for
   */
  private synchronized Committed commit(Commit commit, Moment now, List<ItemTree> trees) {
    MemoryStep step = new MemoryStep(this, now);
    int refusedBy = step.work(commit);
    if (refusedBy == Committed.DONE) {
      make(step, Event.Kind.DELETED);
    }
    List<@Nullable Entry> entries =
        commit.reads().isEmpty() ? List.of() : readAll(commit.reads(), now);
    for (Key name : commit.itemsOf()) {
      ItemTree tree = items(name);
      if (tree.mayExpire()) {
        now.millis(); // it is asked for now, not when others may have come in between
      }
      trees.add(tree);
    }
    return new Committed(refusedBy, log.position(), entries);
  }

  private ItemTree items(Key name) {
    Space space = space(name);
    return space == null ? ItemTree.NONE : space.items(name.name());
  }

  /**
   * Makes the changes of a step where everybody sees them, all at once. What may fail for want of
   * memory comes before anything is to be seen.
   *
   * @param whenAbsent what those who watch are told of an entry that is gone
   */
  private void make(MemoryStep step, Event.Kind whenAbsent) {
    List<MemoryEntry.Next> next = new ArrayList<>(step.keys().size());
    List<ChangeLog.Change> changes = new ArrayList<>(step.keys().size());
    long bytes = 0;
    long position = log.position();
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      MemoryEntry before = find(key);
      MemoryEntry after = step.next().get(i);
      if (before != null || after != null) {
        position++;
        bytes += heapBytes(key, after) - heapBytes(key, before);
        if (after != null) {
          after.become(isBefore ? BEFORE : position);
        }
        next.add(new MemoryEntry.Next(key, before, after));
        changes.add(new ChangeLog.Change(after == null ? whenAbsent : Event.Kind.PUT, key, after));
      }
    }
    bytes += nameBytesMore(next);
    long more = bytes;
    room.accept(more);
    try {
      next.forEach(one -> expiries.replaced(one.key(), one.before(), one.after()));
      show(next);
    } catch (Throwable t) {
      room.accept(-more);
      throw t;
    }
    firstExpiryMillis = expiries.firstMillis();
    if (!isBefore) {
      log.add(changes);
    }
  }

  private void show(List<MemoryEntry.Next> next) {
    if (next.size() > 1) {
      MemoryEntry.Decision decision = new MemoryEntry.Decision();
      next.forEach(one -> set(one.key(), one.undecided(decision)));
      decision.make();
    }
    next.forEach(one -> set(one.key(), one.after()));
  }

  private void set(Key key, @Nullable MemoryEntry cell) {
    Space space = space(key);
    if (space == null) {
      space =
          namespaces
              .computeIfAbsent(key.namespace(), absent -> new ConcurrentHashMap<>())
              .computeIfAbsent(key.service(), absent -> new Space());
    }
    space.set(key.name(), key.item(), cell);
  }

  /** What an entry takes of the heap beside its name, in bytes. */
  private static long heapBytes(Key key, @Nullable MemoryEntry cell) {
    if (cell == null) {
      return 0;
    }
    int expires = cell.expiresMillis() == Entry.NEVER ? 0 : Expiries.HEAP_BYTES;
    return Space.itemBytes(key.item()) + cell.heapBytes() + expires;
  }

  /** How much more names take that come or go with a step: each is there once for all its items. */
  private long nameBytesMore(List<MemoryEntry.Next> next) {
    if (next.size() == 1) {
      MemoryEntry.Next one = next.get(0);
      return nameBytesMore(one.key(), one.more(), one.key().item().isEmpty() ? 0 : one.more());
    }
    Map<Key, int[]> counts = new HashMap<>();
    for (MemoryEntry.Next one : next) {
      int[] count = counts.computeIfAbsent(one.key().ofName(), absent -> new int[2]);
      count[0] += one.more();
      count[1] += one.key().item().isEmpty() ? 0 : one.more();
    }
    long bytes = 0;
    for (Map.Entry<Key, int[]> e : counts.entrySet()) {
      bytes += nameBytesMore(e.getKey(), e.getValue()[0], e.getValue()[1]);
    }
    return bytes;
  }

  private long nameBytesMore(Key key, int cells, int items) {
    if (cells == 0 && items == 0) {
      return 0;
    }
    Space.Count before = count(key);
    Space.Count after = new Space.Count(before.cells() + cells, before.items() + items);
    return after.heapBytes(key.name()) - before.heapBytes(key.name());
  }

  private Space.Count count(Key key) {
    Space space = space(key);
    return space == null ? Space.Count.NONE : space.count(key.name());
  }

  /**
   * A page of a range.
   *
   * @param maxBytes what its entries may have, in bytes; one alone may take more
   */
  public Page scan(Scan scan, InstantSource clock, long maxBytes) {
    List<Entry> entries = new ArrayList<>();
    Range range = scan.range();
    Key after = scan.after();
    Key from = after == null || scan.reverse() ? range.from() : after;
    Key to = after == null || !scan.reverse() ? end(range) : after;
    Moment now = new Moment(clock);
    Fitting fitting = new Fitting(maxBytes, scan.limit());
    walk(
        from,
        to,
        scan.reverse(),
        (key, cell) -> {
          if (cell.isAlive(now) && !key.equals(after)) {
            entries.add(cell.entry(key));
            fitting.count(key, cell, entries.size());
          }
          return entries.size() <= fitting.most; // one more tells whether there is a next page
        });
    if (entries.size() <= fitting.most) {
      return new Page(List.copyOf(entries), null);
    }
    List<Entry> page = List.copyOf(entries.subList(0, fitting.most));
    return new Page(page, page.get(page.size() - 1).key());
  }

  /**
   * Moves the first entries of a range.
   *
   * @param maxBytes what they may have, in bytes; one alone may take more
   */
  public synchronized List<Entry> claim(Claim claim, InstantSource clock, long maxBytes) {
    Moment now = new Moment(clock);
    MemoryStep step = new MemoryStep(this, now);
    List<Key> moved = new ArrayList<>();
    List<MemoryEntry> cells = new ArrayList<>();
    Fitting fitting = new Fitting(maxBytes, claim.limit());
    walk(
        claim.range().from(),
        end(claim.range()),
        false,
        (key, cell) -> {
          if (cell.isAlive(now) && fitting.count(key, cell, moved.size() + 1)) {
            step.set(key, null);
            moved.add(claim.moved(key));
            cells.add(cell.expiring(cell.expiresMillis()));
          }
          return moved.size() < fitting.most;
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

  /** How many entries fit. */
  private static final class Fitting {

    private final long maxBytes;
    private int most;
    private long bytes;

    Fitting(long maxBytes, int most) {
      this.maxBytes = maxBytes;
      this.most = most;
    }

    /** Counts one in; answers whether it fits. */
    boolean count(Key key, MemoryEntry cell, int place) {
      bytes += answerBytes(key, cell);
      if (bytes > maxBytes && place > 1 && place <= most) {
        most = place - 1;
      }
      return place <= most;
    }
  }

  /**
   * Frees entries whose time is over; not all of many at once, for others wait meanwhile.
   *
   * @param most how many
   */
  public synchronized void sweep(InstantSource clock, int most) {
    Moment now = new Moment(clock);
    MemoryStep step = new MemoryStep(this, now);
    for (Key key : expiries.due(now.millis(), most)) {
      step.set(key, null);
    }
    make(step, Event.Kind.EXPIRED);
  }

  /** When the first entry expires, in milliseconds since 1970; {@link Entry#NEVER} if none does. */
  public long firstExpiryMillis() {
    return firstExpiryMillis;
  }

  /**
   * How much more of the heap a commit needs, in bytes; what it deletes is not counted, but for
   * what it puts in its place.
   */
  public long bytesMore(Commit commit) {
    long more = 0;
    Set<Key> names = new HashSet<>();
    for (Change change : commit.changes()) {
      MemoryEntry before = find(change.key());
      if (change instanceof Change.Put put) {
        MemoryEntry after = MemoryEntry.of(put.value(), put.description(), expiryOf(put, before));
        more += heapBytes(put.key(), after) - heapBytes(put.key(), before);
        more += before == null && names.add(put.key().ofName()) ? nameBytesMore(put.key()) : 0;
      } else if (change instanceof Change.Add && before == null) {
        MemoryEntry after = MemoryEntry.of(ZERO, Description.NONE, Entry.NEVER);
        more += heapBytes(change.key(), after);
        more += names.add(change.key().ofName()) ? nameBytesMore(change.key()) : 0;
      } else if (change instanceof Change.Touch touch && touch.ttlMillis() != Change.FOREVER) {
        more += before == null ? 0 : Expiries.HEAP_BYTES;
      }
    }
    return more;
  }

  private long nameBytesMore(Key added) {
    return nameBytesMore(added, 1, added.item().isEmpty() ? 0 : 1);
  }

  /** Any time will do: what matters is whether there is one. */
  private static long expiryOf(Change.Put put, @Nullable MemoryEntry before) {
    if (put.ttlMillis() == Change.KEEP) {
      return before == null ? Entry.NEVER : before.expiresMillis();
    }
    return put.ttlMillis() == Change.FOREVER ? Entry.NEVER : 0;
  }

  /** More than what the answer has with entries that are read, in bytes, whatever is put there. */
  public long answerBytes(List<Key> reads) {
    long bytes = 0;
    for (Key key : reads) {
      bytes += answerBytes(key, find(key));
    }
    return bytes;
  }

  /** More than what the answer has with the items of names, in bytes. */
  public long itemsBytes(List<Key> names) {
    long bytes = 0;
    for (Key name : names) {
      bytes += items(name).bytes();
    }
    return bytes;
  }

  /** More than what an answer has with the first entry of a range, in bytes; 0 without one. */
  public long answerBytesOfFirst(Range range, InstantSource clock) {
    Moment now = new Moment(clock);
    long[] bytes = {0};
    walk(
        range.from(),
        end(range),
        false,
        (key, cell) -> {
          bytes[0] = cell.isAlive(now) ? answerBytes(key, cell) : 0;
          return bytes[0] == 0;
        });
    return bytes[0];
  }

  /** What an item takes of the heap beside its cell, in bytes; an answer has less of it. */
  public static long itemBytes(Key key) {
    return Space.itemBytes(key.item());
  }

  private static long answerBytes(Key key, @Nullable MemoryEntry cell) {
    long texts = 3L * (key.namespace().length() + key.name().length() + key.item().length());
    return AROUND_BYTES + texts + (cell == null ? 0 : cell.length());
  }

  /** Does what was done before there were positions: it has the first, and nobody is told. */
  public synchronized <T> T before(Supplier<T> step) {
    isBefore = true;
    try {
      return step.get();
    } finally {
      isBefore = false;
    }
  }

  /** Takes an entry over as it is, where there is none; nobody is told. */
  public synchronized void restore(Entry entry) {
    Key key = entry.key();
    MemoryEntry cell = MemoryEntry.of(entry.value(), entry.description(), entry.expiresMillis());
    cell.become(entry.version());
    room.accept(heapBytes(key, cell) + nameBytesMore(key));
    expiries.replaced(key, null, cell);
    set(key, cell);
    firstExpiryMillis = expiries.firstMillis();
  }

  /** All of this moment, expired or not. Copies references, no values. */
  public synchronized StateImage image() {
    List<StateImage.Part> parts = new ArrayList<>();
    namespaces.forEach(
        (namespace, services) ->
            services.forEach(
                (service, space) ->
                    parts.add(new StateImage.Part(namespace, service, space.image()))));
    return new StateImage(log.position(), parts);
  }

  @Nullable MemoryEntry alive(Key key, Moment now) {
    MemoryEntry cell = find(key);
    return cell == null || !cell.isAlive(now) ? null : cell;
  }

  private @Nullable MemoryEntry find(Key key) {
    Space space = space(key);
    return space == null ? null : space.find(key.name(), key.item());
  }

  private @Nullable Space space(Key key) {
    Map<String, Space> services = namespaces.get(key.namespace());
    return services == null ? null : services.get(key.service());
  }

  /** The first keys of a range, so many at most. */
  List<Key> keys(Range range, int most) {
    List<Key> keys = new ArrayList<>();
    walk(range.from(), end(range), false, (key, cell) -> keys.add(key) && keys.size() < most);
    return keys;
  }

  private static @Nullable Key end(Range range) {
    return range.isBounded() ? range.to() : null;
  }

  private interface Found {
    boolean visit(Key key, MemoryEntry cell);
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
}
