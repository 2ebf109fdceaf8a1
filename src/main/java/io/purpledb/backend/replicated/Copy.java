package io.purpledb.backend.replicated;

import io.purpledb.backend.memory.MemoryStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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

  /** Written by the thread that applies the log. */
  private volatile long stampMillis;

  Copy(long cacheMaxBytes, long maxBytes, InstantSource clock, Replies replies) {
    answered = new Answered(replies);
    store = new MemoryStore(cacheMaxBytes, maxBytes, clock);
    store.bind(writes, () -> Instant.ofEpochMilli(stampMillis));
    store.bind(reads, () -> Instant.ofEpochMilli(nowMillis(clock)));
  }

  /**
   * The room that a write needs at most, in bytes, if there is plenty; else {@link #NO_ROOM}. Cheap.
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
    return new Image(stampMillis, answered.image(), store.image());
  }

  /** Takes over what an image has beside the data. */
  void restore(long stampMillis, List<Answered.Image> answered) {
    this.stampMillis = stampMillis;
    this.answered.restore(answered);
  }

  /** The time, which does not go back when a node with a late clock takes the lead. */
  long nowMillis(InstantSource clock) {
    return Math.max(clock.millis(), stampMillis);
  }

  /** Does a write of a client, or answers what it was answered when it came before. */
  Message apply(ByteString client, long number, Wire.Entry entry) {
    stampMillis = Math.max(stampMillis, entry.stampMillis());
    return answered.once(client, number, entry.oldestOpen(), () -> writes.answer(entry.request()));
  }

  ByteString read(com.google.protobuf.Message request) {
    return reads.answer(request);
  }

  /**
   * A copy at one moment.
   *
   * @param stampMillis the time of the last write
   */
  record Image(long stampMillis, List<Answered.Image> answered, MemoryStore.Image data) {}
}
