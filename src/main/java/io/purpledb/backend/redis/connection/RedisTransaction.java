package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RespFormException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change and a read that Redis runs as one: MULTI, both, and EXEC in one write. Redis takes the
 * two down and runs them at EXEC, unless it refused one of them. A script would do as well, but
 * copies what it reads into Lua and back: with a large set that is most of the time.
 *
 * <p>Not thread-safe: used on the event loop of its connection only.
 */
final class RedisTransaction {

  private static final int CHANGE = 1;

  private final List<Request> requests;
  private int taken;
  private boolean begun;
  private boolean hasRunAlone;
  private @Nullable ErrorType refusal;

  RedisTransaction(Request change, Request read) {
    this.requests = List.of(Request.cmd(Command.MULTI), change, read, Request.cmd(Command.EXEC));
  }

  List<Request> requests() {
    return requests;
  }

  /** The one whose reply has the results. */
  Request exec() {
    return requests.get(requests.size() - 1);
  }

  /** Begins anew, over another connection. */
  void sent() {
    taken = 0;
    begun = false;
    hasRunAlone = false;
    refusal = null;
  }

  /**
   * Takes a reply that is not EXEC's.
   *
   * @param reply null for one that was not kept
   * @return false when it is EXEC's
   * @throws RespFormException when it cannot belong here
   */
  boolean takes(@Nullable Response reply) {
    int step = taken;
    if (step == requests.size() - 1) {
      return false;
    }
    taken++;
    if (reply instanceof ErrorType error) {
      refusal = refusal == null ? error : refusal;
    } else if (step == 0) {
      begun = true;
    } else if (!begun) {
      hasRunAlone |= step == CHANGE;
    }
    boolean answersTaking = reply != null && reply.type() == ResponseType.SIMPLE;
    if ((step == 0 || begun) && !(reply instanceof ErrorType) && !answersTaking) {
      throw new RespFormException("no answer to MULTI or what follows it", shown(reply));
    }
    return true;
  }

  /** Why Redis runs neither, if it has said so before EXEC. */
  @Nullable ErrorType refusal() {
    return refusal;
  }

  /** Whether the change was made though there was no transaction, because MULTI was refused. */
  boolean hasRunAlone() {
    return hasRunAlone;
  }

  private static String shown(@Nullable Response reply) {
    return reply == null ? "null" : "a " + reply.type();
  }

  /** What the change and the read answered, or the error of the one or the other. */
  static @Nullable Response result(@Nullable Response exec) {
    if (exec == null || exec.size() != 2) {
      throw new RespFormException("no answer to EXEC", shown(exec));
    }
    for (Response result : exec) {
      if (result instanceof ErrorType error) {
        return error;
      }
    }
    return exec;
  }
}
