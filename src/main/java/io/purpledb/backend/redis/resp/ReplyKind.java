package io.purpledb.backend.redis.resp;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jspecify.annotations.Nullable;

/**
 * What a command is answered with, errors apart. A reply carries no name of its command, so another
 * kind of reply than expected is the one sign that it belongs to another command.
 */
public enum ReplyKind {
  STATUS,
  INTEGER,
  BULK_OR_NULL,
  AGGREGATE,
  ANY;

  public static ReplyKind of(Command command) {
    if (command == Command.GET || command == Command.ECHO) {
      return BULK_OR_NULL;
    }
    if (command == Command.SET
        || command == Command.PING
        || command == Command.SELECT
        || command == Command.TYPE) {
      return STATUS;
    }
    if (command == Command.INCRBY
        || command == Command.DEL
        || command == Command.PEXPIRE
        || command == Command.PERSIST
        || command == Command.SETNX
        || command == Command.SETRANGE) {
      return INTEGER;
    }
    if (command == Command.SMEMBERS
        || command == Command.EXEC
        || command == Command.EVALSHA
        || command == Command.HELLO) {
      return AGGREGATE;
    }
    return ANY;
  }

  /** Whether a reply that is no error is of this kind. */
  public boolean fits(@Nullable Response reply) {
    if (reply == null) {
      return this == BULK_OR_NULL || this == ANY;
    }
    return fits(reply.type());
  }

  /** The same for one that is not null, by its type. */
  public boolean fits(ResponseType type) {
    return switch (this) {
      case STATUS -> type == ResponseType.SIMPLE;
      case INTEGER -> type == ResponseType.NUMBER;
      case BULK_OR_NULL -> type == ResponseType.BULK;
      case AGGREGATE -> type == ResponseType.MULTI;
      case ANY -> true;
    };
  }
}
