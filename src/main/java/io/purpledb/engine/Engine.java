package io.purpledb.engine;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries. What it says here holds of every engine, and {@code EngineKit} proves it.
 *
 * <p><b>Atomicity.</b> Each call is one step that happens between its beginning and its end, in one
 * order for all callers (it is linearizable): who was answered is seen by all who ask later.
 *
 * <p><b>Durability.</b> A change is acknowledged when the promise of the engine holds, not before.
 *
 * <p><b>Time.</b> An entry is never answered at or after its expiry. It is freed without being
 * read. Time is the engine's own, so that callers on several machines agree.
 *
 * <p><b>Failures.</b> A future fails with {@link io.purpledb.message.Failure}. After {@code
 * unavailable} and {@code timed_out} a change may or may not have been made, and no part of it is
 * there without the rest; after all others nothing was changed. A call whose deadline is over
 * before it begins is timed out, and changes nothing.
 *
 * <p>An instance may be called from many threads; futures complete on the caller's event loop.
 */
public interface Engine {

  /**
   * Answers entries as they are at one moment, in the order of the keys; null where nothing is.
   * Several keys whose values together are too much for the engine's memory fail as {@code
   * answer_too_large}, here and as reads of a commit; so do several names that a commit asks the
   * items of.
   */
  Future<List<@Nullable Entry>> read(Call call, List<Key> keys);

  /** Answers one entry; null where nothing is. */
  default Future<@Nullable Entry> get(Call call, Key key) {
    return read(call, List.of(key)).map(entries -> entries.get(0));
  }

  /** Makes changes if all checks are true, all or none. */
  Future<Committed> commit(Call call, Commit commit);

  /** Answers a page of a range, in byte order of the keys. */
  Future<Page> scan(Call call, Scan scan);

  /** Moves the first entries of a range; answers them as they are then, in their order. */
  Future<List<Entry>> claim(Call call, Claim claim);

  /**
   * Tells of the changes of a range that come after a position, in the order of their positions,
   * each once. Where they are not known any more, or never were as nobody watched, one {@link
   * Event.Kind#GAP} comes first; a change too large to be remembered is told as one, too. It ends
   * at the deadline of the call, if that has one. Who pauses it costs no memory for what is missed.
   *
   * @param after a position that another call told; {@link #NOW} for what comes from now on
   */
  ReadStream<Event> watch(Call call, Range range, long after);

  /** What it can do. What it cannot is refused as {@code not_implemented}, with the reason. */
  default Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  /** Whether calls can be answered now; fails with the reason when not. */
  Future<Void> health();

  /** Frees what it holds; what is kept stays kept. */
  Future<Void> close();

  /** The position of the last change, for {@link #watch}. */
  long NOW = -1;
}
