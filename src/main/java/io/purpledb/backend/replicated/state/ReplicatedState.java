package io.purpledb.backend.replicated.state;

import io.purpledb.backend.memory.MemoryStore;
import io.purpledb.backend.replicated.lead.PeerClocks;
import io.purpledb.backend.replicated.wire.Batch;
import io.purpledb.backend.replicated.wire.EngineWire;
import io.purpledb.backend.replicated.wire.Item;
import io.purpledb.backend.replicated.wire.OldRequests;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.backend.replicated.write.Sweeper;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.memory.StateImage;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.message.Failure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * One node's copy of the data. Writes come in the order of the log, on one thread, with the time
 * that the leader stamped on them; reads come on any thread and see the node's own time.
 */
public final class ReplicatedState {

  /** The replies of a batch; more only when one alone is. */
  private static final long REPLY_BYTES = 1 << 20;

  private final MemoryStore store;
  private final DeduplicationTable answered;

  /** The time of the cluster. */
  private final InstantSource now = () -> Instant.ofEpochMilli(nowMillis());

  /** The time of the last write. */
  private final InstantSource stamp = () -> Instant.ofEpochMilli(stampMillis());

  private final ChangeLog log;
  private final InstantSource clock;
  private final BooleanSupplier clocksAgree;

  /** Written by the thread that applies the log. */
  private volatile Time time = new Time(0, 0);

  /**
   * @param clock goes on by elapsed time, and may be set wrong
   * @param clocksAgree whether a majority of the members has the time of this node's clock
   * @param log of the changes of all copies of this node, one after the other
   */
  public ReplicatedState(
      long cacheMaxBytes,
      long maxBytes,
      InstantSource clock,
      BooleanSupplier clocksAgree,
      Replies replies,
      ChangeLog log) {
    this.clock = clock;
    this.clocksAgree = clocksAgree;
    answered = new DeduplicationTable(replies);
    this.log = log;
    store = new MemoryStore(cacheMaxBytes, maxBytes, log);
  }

  /**
   * Whether there is room for all writes of a batch, whatever they are. Cheap.
   *
   * @param promised the room for writes that are not applied yet, in bytes
   */
  boolean hasPlenty(Batch batch, long promised) {
    long most = 0;
    for (Batch.Part part : batch.parts()) {
      most += mostBytes(part);
    }
    return store.freeBytes() - promised >= most;
  }

  /** The room that a write needs at most, in bytes. */
  static long mostBytes(Batch.Part part) {
    return part.item() instanceof Item.OfCommit of
        ? MemoryStore.mostBytes(part.bytes().size(), of.commit().changes().size())
        : MemoryStore.mostBytes(part.bytes().size());
  }

  /**
   * The room that a write needs, in bytes; 0 or less when none.
   *
   * @throws io.purpledb.message.Failure storage full
   */
  long requireRoom(Batch.Part part, long promised) {
    if (part.item() instanceof Item.OfCommit of) {
      return store.requireRoom(of.commit(), promised);
    }
    return 0; // a claim only moves
  }

  /** Whether the writes of a client were done, and would only be answered again. */
  boolean knows(ByteString client, long number) {
    return answered.knows(client, number);
  }

  public MemoryStore store() {
    return store;
  }

  /** All of it, as it is now. */
  public Image image() {
    return new Image(time.stampMillis(), answered.image(), store.entries().image());
  }

  /** Takes over what an image has beside the data. */
  public void restore(long stampMillis, long position, List<DeduplicationTable.Image> answered) {
    log.goOnAfter(position);
    this.time = new Time(stampMillis, clock.millis());
    this.answered.restore(answered);
  }

  /**
   * The time: the last stamp and what has passed since it came, by this node's clock. Where that
   * clock itself is ahead of it, as after a change of the leader or when all nodes were away, it
   * counts if it is little, or if a majority of the members says the same: one clock that is a year
   * ahead moves nothing. Time that is ahead of all clocks goes on as well, and never back.
   */
  public long nowMillis() {
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

  /** Does the writes of a client, or answers what they were answered when they came before. */
  public Message apply(ByteString client, long number, Wire.LogEntry entry) {
    time = new Time(Math.max(time.stampMillis(), entry.stampMillis()), clock.millis());
    return answered.once(client, number, entry.batch().oldestOpen(), () -> answerAll(entry));
  }

  /**
   * One after the other. Those whose replies may be too much for the reply of all are not done, and
   * come again; the first always is. What is there decides, so all copies do the same.
   */
  private ByteString answerAll(Wire.LogEntry entry) {
    List<Batch.Part> parts = entry.batch().parts();
    List<ByteString> replies = new ArrayList<>(parts.size());
    long bytes = 0;
    for (Batch.Part part : parts) {
      long most = mostReplyBytes(part.item());
      ByteString reply =
          replies.isEmpty() || bytes + most <= REPLY_BYTES
              ? answer(part.item(), most, Math.min(REPLY_BYTES - bytes, entry.answerBytes()), entry)
              : Wire.LATER;
      bytes += reply.size();
      replies.add(reply);
    }
    return Batch.reply(replies);
  }

  private long mostReplyBytes(Item item) {
    if (item instanceof Item.OfCommit of) {
      return MemoryStore.SMALL_REPLY_BYTES + mostReadBytes(of.commit());
    }
    if (item instanceof Item.OfClaim of) {
      return MemoryStore.SMALL_REPLY_BYTES
          + store.entries().answerBytesOfFirst(of.claim().range(), stamp);
    }
    return 0;
  }

  /**
   * Of each key what is there, and what is put there; of items what they take of the heap. It
   * decides what of a batch is done, so it may not change: it is a part of the format of the log.
   */
  private long mostReadBytes(Commit commit) {
    List<Key> reads = commit.reads();
    List<Key> names = commit.itemsOf();
    if (reads.isEmpty() && names.isEmpty()) {
      return 0;
    }
    Map<Key, Integer> counts = names.isEmpty() ? Map.of() : new HashMap<>();
    names.forEach(name -> counts.merge(name, 1, Integer::sum));
    long bytes = store.entries().answerBytes(reads) + store.entries().itemsBytes(names);
    for (Change change : commit.changes()) {
      if (change instanceof Change.Put put && put.value() instanceof Value.OfBytes value) {
        bytes += (long) Collections.frequency(reads, put.key()) * value.content().size();
      }
      if (change instanceof Change.Put || change instanceof Change.Add) {
        bytes +=
            counts.getOrDefault(change.key().ofName(), 0) * MemoryState.itemBytes(change.key());
      }
    }
    return bytes;
  }

  /**
   * Does a write.
   *
   * @param mostBytes what its reply may have
   * @param left what there is for its reply, in bytes, but for one entry alone
   */
  private ByteString answer(Item item, long mostBytes, long left, Wire.LogEntry entry) {
    if (item instanceof Item.Refused refused) {
      return refused.reply();
    }
    try {
      if (item instanceof Item.OfCommit of) {
        requireAnswer(of.commit(), mostBytes, entry.answerBytes());
        Committed committed = commit(of);
        com.google.protobuf.Message old =
            of.isOld() ? OldRequests.response(of.commit(), committed) : null;
        return old == null ? EngineWire.reply(committed) : Wire.reply(old);
      }
      if (item instanceof Item.OfClaim of) {
        return EngineWire.reply(store.entries().claim(of.claim(), stamp, left));
      }
      if (item instanceof Item.Evict evict) {
        store.entries().evict(evict.entries(), stamp);
      } else {
        store.entries().sweep(stamp, Sweeper.AT_ONCE);
      }
      return Wire.reply((com.google.protobuf.Message) null);
    } catch (RuntimeException e) { // on all copies the same
      return Wire.reply(Failure.of(e));
    }
  }

  private Committed commit(Item.OfCommit of) {
    MemoryState entries = store.entries();
    return of.isOld()
        ? entries.before(() -> entries.commit(of.commit(), stamp))
        : entries.commit(of.commit(), stamp);
  }

  private static void requireAnswer(Commit commit, long bytes, long most) {
    requireAnswer(commit.reads().size() + commit.itemsOf().size(), bytes, most);
  }

  /** One value, and one set, may be as large as it is. */
  private static void requireAnswer(int keys, long bytes, long most) {
    if (keys > 1 && bytes > most) {
      throw new Failure(
          Failure.Kind.ANSWER_TOO_LARGE,
          "the values of %d keys have up to %d bytes (expected: at most %d at once, or one key)"
              .formatted(keys, bytes, most));
    }
  }

  /**
   * Answers a question, on any thread.
   *
   * @param answerBytes what the answer may have
   */
  public ByteString read(ByteString question, int answerBytes) {
    MemoryState entries = store.entries();
    return switch (question.byteAt(0)) {
      case Item.READ -> {
        List<Key> keys = EngineWire.readKeys(question);
        if (keys.size() == 1) {
          Entry found = entries.get(keys.get(0), now);
          yield EngineWire.reply(Collections.singletonList(found));
        }
        requireAnswer(keys.size(), entries.answerBytes(keys), answerBytes);
        yield EngineWire.reply(entries.read(keys, now));
      }
      case Item.COMMIT -> {
        Commit commit = EngineWire.readCommit(question);
        if (!commit.isRead()) {
          throw Failure.invalid("a commit that changes something (expected: a question)");
        }
        requireAnswer(commit, mostReadBytes(commit), answerBytes);
        yield EngineWire.reply(entries.commit(commit, now));
      }
      case Item.SCAN -> {
        long most = Math.min(REPLY_BYTES, answerBytes);
        yield EngineWire.reply(entries.scan(EngineWire.readScan(question), now, most));
      }
      default -> throw Failure.invalid("a question of kind %d".formatted(question.byteAt(0)));
    };
  }

  private long stampMillis() {
    return time.stampMillis();
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
  public record Image(long stampMillis, List<DeduplicationTable.Image> answered, StateImage data) {}
}
