package io.purpledb.backend.redis;

import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.engine.Value;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/** What the strings of one database stand for in layout 1. */
enum NativeForm {

  /** Bytes as they are. */
  BYTES {
    @Override
    Value value(String name, Response found) {
      // nobody else has these bytes, so they need not be copied
      return new Value.OfBytes(UnsafeByteOperations.unsafeWrap(found.toBytes()));
    }

    @Override
    Future<?> tryToWrite(RedisLink link) {
      Future<?> delete = link.sendOnce(Request.cmd(Command.DEL).arg(RedisHealth.unusedKey()));
      Future<?> set = link.sendOnce(RedisHealth.malformedSet());
      return delete
          .recover(
              error ->
                  RedisErrors.isCommandNotPermitted(error)
                      ? Future.failedFuture(error)
                      : Future.succeededFuture())
          .compose(permitted -> set);
    }

    @Override
    Failure tooLarge(String name, Failure reason) {
      return reason;
    }
  },

  /** Numbers in decimal; Redis adds, and refuses what would overflow. */
  NUMBERS {
    @Override
    Value value(String name, Response found) {
      String text = RedisErrors.shortText(found);
      try {
        long number = Long.parseLong(text);
        if (Long.toString(number).equals(text)) { // Redis too refuses 007 and +7
          return new Value.OfNumber(number);
        }
      } catch (NumberFormatException e) {
        throw notInteger(name, RedisErrors.shown(text));
      }
      throw notInteger(name, RedisErrors.shown(text));
    }

    /** Redis looks at the number before it looks for the key. */
    @Override
    Future<?> tryToWrite(RedisLink link) {
      return link.sendOnce(Request.cmd(Command.INCRBY).arg(RedisHealth.unusedKey()).arg("none"));
    }

    @Override
    Failure tooLarge(String name, Failure reason) {
      return notInteger(name, String.valueOf(reason.getMessage()));
    }
  };

  /**
   * What a string is.
   *
   * @throws Failure a conflict when it is not of this form
   */
  abstract Value value(String name, Response found);

  /** Sends writes like those of the service that change nothing, whatever there is. */
  abstract Future<?> tryToWrite(RedisLink link);

  /** What it means that a string is too large to be read. */
  abstract Failure tooLarge(String name, Failure reason);

  /** There is something else in the place of a counter. */
  static Failure notInteger(String name, String found) {
    return Failure.conflict(
        "counter %s: %s in redis (expected: an integer from %d to %d)"
            .formatted(name, found, Long.MIN_VALUE, Long.MAX_VALUE));
  }
}
