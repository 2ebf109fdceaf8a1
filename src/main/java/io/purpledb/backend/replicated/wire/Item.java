package io.purpledb.backend.replicated.wire;

import io.purpledb.engine.Change;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.memory.MemoryState.Evicted;
import io.purpledb.message.Failure;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** What one write of a {@link Batch} is: its first byte says which. */
public sealed interface Item {

  /** These are not the length of the name of an operation. */
  byte REFUSED = -1;

  /** A commit as releases before wrote it. */
  byte OLD_COMMIT = -2;

  byte CLAIM = -3;
  byte SWEEP = -4;
  byte READ = -5;
  byte SCAN = -6;
  byte COMMIT = -7;
  byte EVICT = -8;

  /** A write that the leader has refused: the log has the reply in its place. */
  record Refused(ByteString reply) implements Item {}

  /**
   * A commit.
   *
   * @param isOld whether it is a request that a release before has sent, which knew no versions
   */
  record OfCommit(Commit commit, boolean isOld) implements Item {

    OfCommit(Commit commit) {
      this(commit, false);
    }
  }

  record OfClaim(Claim claim) implements Item {}

  /** Frees entries whose time is over. */
  record Sweep() implements Item {}

  /** Frees entries for want of room. */
  record Evict(List<Evicted> entries) implements Item {}

  /**
   * Reads an item.
   *
   * @throws RuntimeException when it is none of this release
   */
  static Item of(ByteString bytes) {
    byte kind = bytes.byteAt(0);
    return switch (kind) {
      case REFUSED -> new Refused(bytes.substring(1));
      case COMMIT, OLD_COMMIT -> new OfCommit(EngineWire.readCommit(bytes));
      case CLAIM -> new OfClaim(EngineWire.readClaim(bytes));
      case SWEEP -> new Sweep();
      case EVICT -> new Evict(EngineWire.readEvicted(bytes));
      case READ, SCAN -> throw Failure.invalid("a read is no write");
      default -> new OfCommit(OldRequests.commit(Wire.request(bytes)), true);
    };
  }

  static ByteString refused(ByteString reply) {
    return Wire.wrap(ByteBuffer.allocate(1).put(REFUSED)).concat(reply);
  }

  /** Whether it only deletes. */
  default boolean deletes() {
    if (this instanceof OfCommit of) {
      return of.commit().changes().stream()
          .allMatch(c -> c instanceof Change.Delete || c instanceof Change.DeleteRange);
    }
    return this instanceof Sweep || this instanceof Evict;
  }
}
