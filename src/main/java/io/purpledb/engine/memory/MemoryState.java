package io.purpledb.engine.memory;

import static java.util.Objects.requireNonNull;

import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Event;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.engine.support.Moment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final Map<String, Map<String, Space>> namespaces = new ConcurrentHashMap<>();
  private final Expiries expiries = new Expiries();
  private final ChangeLog log;
  private final EvictableEntries evictable;
  private final Accounting accounting;
  private volatile long firstExpiryMillis = Entry.NEVER;
  private boolean isBefore;

  /** Whether there is what may be evicted from before there were versions ({@link #isApart}). */
  private boolean hasApart;

  /**
   * @param log is told of each change
   * @param room takes what a change needs of the heap, in bytes, or fails; negative gives back
   * @param evictable which entries need none of that, as they may be evicted ({@link #evict})
   */
  public MemoryState(ChangeLog log, LongConsumer room, EvictableEntries evictable) {
    this.log = log;
    this.evictable = evictable;
    this.accounting = new Accounting(room, evictable, this::count);
  }

  /** An entry that has not expired; null where there is none. */
  public @Nullable Entry get(Key key, InstantSource clock) {
    return entry(key, new Moment(clock));
  }

  private @Nullable Entry entry(Key key, Moment now) {
    MemoryEntry cell = alive(key, now);
    if (cell == null) {
      return null;
    }
    if (evictable.isOf(key)) {
      cell.use();
    }
    return cell.entry(key);
  }

  /** Several as they are at one moment. */
  public synchronized List<@Nullable Entry> read(List<Key> keys, InstantSource clock) {
    return readAll(keys, new Moment(clock));
  }

  private List<@Nullable Entry> readAll(List<Key> keys, Moment now) {
    List<@Nullable Entry> entries = new ArrayList<>(keys.size());
    for (Key key : keys) {
      entries.add(entry(key, now));
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
    long position = log.position();
    for (int i = 0; i < step.keys().size(); i++) {
      Key key = step.keys().get(i);
      MemoryEntry before = find(key);
      MemoryEntry after = step.next().get(i);
      if (before == null && after == null) {
        continue;
      }
      next.add(new MemoryEntry.Next(key, before, after));
      if (after != null || !isApart(key, requireNonNull(before))) {
        position++;
        changes.add(new ChangeLog.Change(after == null ? whenAbsent : Event.Kind.PUT, key, after));
      }
      if (after != null) {
        after.become(isBefore ? BEFORE : position);
        hasApart |= isBefore && evictable.isOf(key);
      }
    }
    Accounting.Taken taken = accounting.take(next);
    try {
      next.forEach(this::place);
      show(next);
    } catch (Throwable t) {
      accounting.giveBack(taken);
      throw t;
    }
    firstExpiryMillis = expiries.firstMillis();
    if (!isBefore) {
      log.add(changes);
    }
  }

  /**
   * Whether an entry is one that other copies may not have: before there were versions, each copy
   * evicted by itself. That it goes takes no position, so those of all copies stay the same.
   */
  private boolean isApart(Key key, MemoryEntry entry) {
    return hasApart && entry.version() == BEFORE && evictable.isOf(key);
  }

  /** Into the order in which entries expire, and that in which they are evicted. */
  private void place(MemoryEntry.Next next) {
    expiries.replaced(next.key(), next.before(), next.after());
    if (evictable.isOf(next.key())) {
      evictable.replaced(next.key(), next.before(), next.after());
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
    for (Key key : expiries.due(now.millis(), most, this::isApart)) {
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
   * what it puts in its place. Nothing for what may be evicted.
   */
  public long bytesMore(Commit commit) {
    return accounting.more(commit, this::find);
  }

  /** Whether there are entries to be evicted, as they take more than their room. */
  public boolean isOverRoom() {
    return evictable.isOver();
  }

  /**
   * What is to be evicted next; more may be to go then.
   *
   * @param most how many
   * @param spareBytes how much room shall be free then; less than 0 for what was chosen before
   */
  public synchronized Eviction nextEviction(int most, long spareBytes) {
    EvictableEntries.Choice choice = evictable.next(most, spareBytes, this::find);
    return new Eviction(
        choice.keys.stream()
            .map(key -> new Evicted(key, requireNonNull(find(key)).version()))
            .toList(),
        choice.freedBytes());
  }

  /**
   * What is to go.
   *
   * @param bytes what it takes of the heap
   */
  public record Eviction(List<Evicted> entries, long bytes) {}

  /** An entry that is to go, unless it has another version by then. */
  public record Evicted(Key key, long version) {}

  /** Evicts entries, whether there is room or not. */
  public synchronized void evict(List<Evicted> entries, InstantSource clock) {
    MemoryStep step = new MemoryStep(this, new Moment(clock));
    for (Evicted entry : entries) {
      MemoryEntry found = find(entry.key());
      if (found != null && found.version() == entry.version()) {
        step.set(entry.key(), null);
      }
    }
    make(step, Event.Kind.EVICTED);
  }

  /**
   * Evicts entries until the others have room; not many at once, for others wait meanwhile.
   *
   * @param most how many; to be called again while {@link #isOverRoom}
   */
  public synchronized void evict(int most, InstantSource clock) {
    evict(nextEviction(most, 0).entries(), clock);
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
    hasApart |= entry.version() == BEFORE && evictable.isOf(key);
    MemoryEntry.Next next = new MemoryEntry.Next(key, null, cell);
    var unused = accounting.take(List.of(next));
    place(next);
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

  private boolean isApart(Key key) {
    MemoryEntry entry = find(key);
    return entry != null && isApart(key, entry);
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
