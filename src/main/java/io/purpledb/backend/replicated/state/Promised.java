package io.purpledb.backend.replicated.state;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * The room that a leader has promised to writes which are not applied yet: without it all writes
 * that are on their way at once would find the same free room. A promise ends when its write is
 * applied; or, as Ratis does not tell of each write that it drops, some time after nobody can wait
 * for it any more. Safe for use by many threads.
 */
final class Promised {

  private record Write(ByteString client, long number) {}

  private record WriteRoom(long bytes, long endNanos) {}

  private final long keptNanos;
  private final LongSupplier nanoTime;
  private final Map<Write, WriteRoom> rooms = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param keptMillis when a promise ends by itself
   * @param nanoTime elapsed time, as {@link System#nanoTime}
   */
  Promised(long keptMillis, LongSupplier nanoTime) {
    this.keptNanos = TimeUnit.MILLISECONDS.toNanos(keptMillis);
    this.nanoTime = nanoTime;
  }

  /** The sum of all promises, in bytes. */
  long bytes() {
    return bytes.get();
  }

  /** Promises room to a write; one that is sent again has one promise. */
  void add(ByteString client, long number, long more) {
    WriteRoom room = new WriteRoom(more, nanoTime.getAsLong() + keptNanos);
    WriteRoom before = rooms.put(new Write(client, number), room);
    bytes.addAndGet(more - (before == null ? 0 : before.bytes));
  }

  void remove(ByteString client, long number) {
    WriteRoom room = rooms.isEmpty() ? null : rooms.remove(new Write(client, number));
    if (room != null) {
      bytes.addAndGet(-room.bytes);
    }
  }

  /** Ends what has been kept too long. */
  void forgetOld() {
    long now = nanoTime.getAsLong();
    rooms.forEach(
        (write, room) -> {
          if (room.endNanos - now <= 0 && rooms.remove(write, room)) {
            bytes.addAndGet(-room.bytes);
          }
        });
  }
}
