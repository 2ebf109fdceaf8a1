package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Key;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A commit that most ask for, in the short form that {@code simple.lua} does: one put, one deletion
 * (of what is there), one addition that is answered.
 */
final class SimpleCommit {

  private static final byte[] SHA = bytes(Script.COMMIT.sha());
  private static final byte[] ONE = bytes("1");
  private static final byte[] FOREVER = bytes(Long.toString(Change.FOREVER));
  private static final byte[] PUT_BYTES = bytes("P" + ValueEnvelope.BYTES);
  private static final byte[] PUT_NUMBER = bytes("P" + ValueEnvelope.NUMBER);
  private static final byte[] ADD = bytes("A");
  private static final byte[] DELETE = bytes("D");
  private static final byte[] DELETE_PRESENT = bytes("Dp");

  private SimpleCommit() {}

  /**
   * The command for it; null for one that has no short form.
   *
   * @throws io.purpledb.message.Failure when a time to live is too long
   */
  static @Nullable Request request(Commit commit, EngineTime time) {
    if (commit.changes().size() != 1 || !commit.itemsOf().isEmpty()) {
      return null;
    }
    Change change = commit.changes().get(0);
    List<Key> reads = commit.reads();
    List<Check> checks = commit.checks();
    if (change instanceof Change.Put put && reads.isEmpty() && checks.isEmpty()) {
      long ttl = CommitRequest.ttl(put.ttlMillis());
      Request request =
          begun(put.key())
              .arg(ValueEnvelope.isNumber(put.value()) ? PUT_NUMBER : PUT_BYTES)
              .arg(ttl == Change.FOREVER ? FOREVER : bytes(Long.toString(ttl)))
              .arg(ValueEnvelope.rest(put.value(), put.description()));
      return timed(request, time);
    }
    if (change instanceof Change.Add add
        && checks.isEmpty()
        && reads.size() == 1
        && reads.get(0).equals(add.key())
        && add.min() == Long.MIN_VALUE
        && add.max() == Long.MAX_VALUE) {
      return timed(begun(add.key()).arg(ADD).arg(bytes(Long.toString(add.amount()))), time);
    }
    if (change instanceof Change.Delete delete && reads.isEmpty()) {
      boolean isOfPresent =
          checks.size() == 1
              && checks.get(0) instanceof Check.Present present
              && present.key().equals(delete.key());
      return checks.isEmpty() || isOfPresent
          ? timed(begun(delete.key()).arg(isOfPresent ? DELETE_PRESENT : DELETE), time)
          : null;
    }
    return null;
  }

  private static Request begun(Key key) {
    return Request.cmd(Command.EVALSHA).arg(SHA).arg(ONE).arg(StoredKey.ofValue(key));
  }

  private static Request timed(Request request, EngineTime time) {
    String now = time.argument();
    return now.isEmpty() ? request : request.arg(bytes(now));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }
}
