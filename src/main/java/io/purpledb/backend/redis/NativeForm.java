package io.purpledb.backend.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.redis.connection.RedisHealth;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.engine.Capability;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Failure;
import io.purpledb.service.FlagService;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    byte @Nullable [] string(Value value) {
      return value instanceof Value.OfBytes bytes ? bytes.content().toByteArray() : null;
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

  /** Texts, which may have a time to live: Redis frees those whose time is over. */
  TEXTS {
    @Override
    Set<Capability> capabilities() {
      return Set.of(Capability.EXPIRY);
    }

    /** Somebody else may have put there what is none. */
    @Override
    Value value(String name, Response found) {
      ByteString utf8 = UnsafeByteOperations.unsafeWrap(found.toBytes());
      if (!utf8.isValidUtf8()) {
        throw Failure.conflict("%s: bytes in redis (expected: a text in UTF-8)".formatted(name));
      }
      return new Value.OfBytes(utf8);
    }

    @Override
    byte @Nullable [] string(Value value) {
      return value instanceof Value.OfBytes bytes && bytes.content().isValidUtf8()
          ? bytes.content().toByteArray()
          : null;
    }

    @Override
    Future<?> tryToWrite(RedisLink link) {
      return link.sendOnce(RedisHealth.malformedSet());
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

    /** Only ever added to: what else is put there is no operation of counters. */
    @Override
    byte @Nullable [] string(Value value) {
      return null;
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
  },

  /**
   * The numbers 1 and 0 as {@code true} and {@code false}; {@code 1} and {@code 0}, which other
   * clients write for booleans, are read too.
   */
  FLAGS {
    @Override
    Value value(String name, Response found) {
      String text = RedisErrors.shortText(found);
      return switch (text) {
        case "true", "1" -> FlagService.TRUE;
        case "false", "0" -> FlagService.FALSE;
        default -> throw notFlag(name, RedisErrors.shown(text));
      };
    }

    @Override
    byte @Nullable [] string(Value value) {
      boolean isTrue = value.equals(FlagService.TRUE);
      return isTrue || value.equals(FlagService.FALSE)
          ? Boolean.toString(isTrue).getBytes(UTF_8)
          : null;
    }

    @Override
    Future<?> tryToWrite(RedisLink link) {
      return link.sendOnce(RedisHealth.malformedSet());
    }

    @Override
    Failure tooLarge(String name, Failure reason) {
      return notFlag(name, String.valueOf(reason.getMessage()));
    }
  };

  /** What these strings can do beside being put, deleted, read and added to. */
  Set<Capability> capabilities() {
    return Set.of();
  }

  /**
   * What a string is.
   *
   * @throws Failure a conflict when it is not of this form
   */
  abstract Value value(String name, Response found);

  /** The string that stands for a value; null when none does. */
  abstract byte @Nullable [] string(Value value);

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

  private static Failure notFlag(String name, String found) {
    return Failure.conflict(
        "flag %s: %s in redis (expected: true or false)".formatted(name, found));
  }
}
