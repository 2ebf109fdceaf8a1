package io.purpledb.backend.replicated;

import com.google.protobuf.Message;
import io.purpledb.backend.memory.MemoryStore;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * One node's copy of the data. Writes come in the order of the log, on one thread, with the time
 * that the leader stamped on them; reads come on any thread and see the node's own time.
 */
final class Copy {

  private final MemoryStore store;
  private final Table writes = new Table();
  private final Table reads = new Table();

  /** Written by the thread that applies the log. */
  private volatile long stampMillis;

  Copy(long cacheMaxBytes, InstantSource clock) {
    store = new MemoryStore(cacheMaxBytes, clock);
    store.bind(writes, () -> Instant.ofEpochMilli(stampMillis));
    store.bind(reads, () -> Instant.ofEpochMilli(nowMillis(clock)));
  }

  MemoryStore store() {
    return store;
  }

  /** The time, which does not go back when a node with a late clock takes the lead. */
  long nowMillis(InstantSource clock) {
    return Math.max(clock.millis(), stampMillis);
  }

  long stampMillis() {
    return stampMillis;
  }

  void setStampMillis(long stampMillis) {
    this.stampMillis = stampMillis;
  }

  ByteString apply(Wire.Entry entry) {
    stampMillis = Math.max(stampMillis, entry.stampMillis());
    return writes.answer(entry.request());
  }

  ByteString read(Message request) {
    return reads.answer(request);
  }
}
