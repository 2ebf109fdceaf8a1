package io.purpledb.backend.replicated;

import io.purpledb.backend.memory.MemoryStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * One node's copy of the data. Writes come in the order of the log, on one thread, with the time
 * that the leader stamped on them; reads come on any thread and see the node's own time.
 */
final class Copy {

  /** There may be no room for a write: {@link #requireRoom} finds out. */
  static final long NO_ROOM = -1;

  private final MemoryStore store;
  private final Table writes = new Table();
  private final Table reads = new Table();
  private final Answered answered;

  private final InstantSource clock;
  private final BooleanSupplier clocksAgree;

  /** Written by the thread that applies the log. */
  private volatile Time time = new Time(0, 0);

  /**
   * @param clock goes on by elapsed time, and may be set wrong
   * @param clocksAgree whether a majority of the members has the time of this node's clock
   */
  Copy(
      long cacheMaxBytes,
      long maxBytes,
      InstantSource clock,
      BooleanSupplier clocksAgree,
      Replies replies) {
    this.clock = clock;
    this.clocksAgree = clocksAgree;
    answered = new Answered(replies);
    store = new MemoryStore(cacheMaxBytes, maxBytes, () -> Instant.ofEpochMilli(nowMillis()));
    store.bind(writes, () -> Instant.ofEpochMilli(time.stampMillis()));
    store.bind(reads, () -> Instant.ofEpochMilli(nowMillis()));
  }

  /**
   * The room that a write needs at most, in bytes, if there is plenty; else {@link #NO_ROOM}.
   * Cheap.
   *
   * @param write as a client sends it
   * @param promised the room for writes that are not applied yet, in bytes
   */
  long promiseRoom(ByteString write, long promised) {
    long most = MemoryStore.mostBytes(write.size());
    return store.freeBytes() - promised >= most ? most : NO_ROOM;
  }

  /**
   * The room that a write needs, in bytes; 0 or less when none.
   *
   * @throws io.purpledb.message.Failure storage full
   */
  long requireRoom(ByteString write, long promised) {
    return store.requireRoom(Wire.written(write), promised);
  }

  MemoryStore store() {
    return store;
  }

  /** All of it, as it is now. */
  Image image() {
    return new Image(time.stampMillis(), answered.image(), store.image());
  }

  /** Takes over what an image has beside the data. */
  void restore(long stampMillis, List<Answered.Image> answered) {
    this.time = new Time(stampMillis, clock.millis());
    this.answered.restore(answered);
  }

  /**
   * The time: the last stamp and what has passed since it came, by this node's clock. Where that
   * clock itself is ahead of it, as after a change of the leader or when all nodes were away, it
   * counts if it is little, or if a majority of the members says the same: one clock that is a year
   * ahead moves nothing. Time that is ahead of all clocks goes on as well, and never back.
   */
  long nowMillis() {
    Time last = time;
    long own = clock.millis();
    if (last.stampMillis() == 0) {
      return own; // the first write of all
    }
    long passed = last.stampMillis() + Math.max(0, own - last.cameMillis());
    long ahead = own - passed;
    boolean counts = ahead > 0 && (ahead <= PeerClocks.BOUND_MILLIS || clocksAgree.getAsBoolean());
    return counts ? own : passed;
  }

  /** Does a write of a client, or answers what it was answered when it came before. */
  Message apply(ByteString client, long number, Wire.Entry entry) {
    time = new Time(Math.max(time.stampMillis(), entry.stampMillis()), clock.millis());
    return answered.once(client, number, entry.oldestOpen(), () -> writes.answer(entry.request()));
  }

  ByteString read(com.google.protobuf.Message request) {
    return reads.answer(request);
  }

  /**
   * The time of the last write, and when it was applied here.
   *
   * @param stampMillis by the time of the cluster; 0 before the first write
   * @param cameMillis by the clock of this node
   */
  private record Time(long stampMillis, long cameMillis) {}

  /**
   * A copy at one moment.
   *
   * @param stampMillis the time of the last write
   */
  record Image(long stampMillis, List<Answered.Image> answered, MemoryStore.Image data) {}
}
