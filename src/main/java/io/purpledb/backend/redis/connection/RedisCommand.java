package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.socket.Pipelined;
import io.purpledb.backend.redis.socket.RedisSocket;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command of a {@link RedisLink} from its acceptance to its end, which comes once, whatever is
 * thrown. One that the wrong server refused, unexecuted, is held for the next connection and sent
 * again, once.
 */
final class RedisCommand implements Pipelined {

  /** Made beforehand for want of memory then; it has no stack trace. */
  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final Failure NO_MEMORY =
      Failure.unavailable("redis is unavailable: out of memory" + Outcome.UNKNOWN);

  /** Made beforehand, as it is the same for all. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could be wrong
  private static final Failure LATE =
      Failure.timedOut("the deadline was over before redis was there; nothing was sent");

  private final RedisLink link;
  private final RedisServer server;
  private final Call call;
  private final Request request;
  private final @Nullable RedisTransaction transaction;
  private final long bytes;
  private final long startNanos;
  private final Promise<@Nullable Response> reply = Promise.promise();
  private @Nullable RedisSocket connection;
  private @Nullable ErrorType refusal;
  private boolean mayRepeat;

  /** Whether a client has asked for it, and not whoever looks after the link. */
  private final boolean isOfClient;

  private boolean sent;
  private boolean ended;
  private long sentNanos;

  /**
   * @param call what it is part of
   * @param request the command, or the last of a transaction
   * @param bytes what it has taken of the room, given back at its end
   * @param mayRepeat whether it is a client's, and worth waiting for the next connection
   */
  RedisCommand(
      RedisLink link,
      RedisServer server,
      Call call,
      Request request,
      @Nullable RedisTransaction transaction,
      long bytes,
      long now,
      boolean mayRepeat) {
    this.link = link;
    this.server = server;
    this.call = call;
    this.request = request;
    this.transaction = transaction;
    this.bytes = bytes;
    this.startNanos = now;
    this.mayRepeat = mayRepeat;
    this.isOfClient = mayRepeat;
  }

  Future<@Nullable Response> reply() {
    return reply.future();
  }

  /** Sends it, if somebody still waits for it; throws nothing. */
  void send(RedisSocket over) {
    if (call.isOver()) {
      server.outage().failed(1);
      end(null, LATE);
      return;
    }
    connection = over;
    over.send(this);
  }

  /** Whether it is held because the wrong server refused it, not because there was none yet. */
  boolean isRefused() {
    return refusal != null;
  }

  /** Whether its caller has waited for the timeout. */
  boolean isLate(long now) {
    return now - startNanos >= server.timeoutNanos();
  }

  @Override
  public Request request() {
    return request;
  }

  @Override
  public List<Request> requests() {
    return transaction == null ? List.of(request) : transaction.requests();
  }

  @Override
  public boolean takes(@Nullable Response reply) {
    return transaction != null && transaction.takes(reply);
  }

  @Override
  public void sent() {
    sent = true;
    if (transaction != null) {
      transaction.sent();
    }
    refusal = null;
    sentNanos = System.nanoTime();
  }

  @Override
  public long sentNanos() {
    return sentNanos;
  }

  @Override
  public void answered(@Nullable Response response) {
    @Nullable Response result = transaction == null ? response : RedisTransaction.result(response);
    if (result instanceof ErrorType error) {
      refusedBecause(error, true);
      return;
    }
    if (isOfClient) {
      link.permission().executed(request);
    }
    end(result, null);
  }

  @Override
  public void dropped(Failure reason) {
    if (isOfClient) {
      link.permission().executed(request);
    }
    end(null, reason);
  }

  @Override
  public void refused(ErrorType error) {
    RedisTransaction several = transaction;
    if (several == null || several.refusal() == null) {
      refusedBecause(error, false);
    } else {
      refusedBecause(several.refusal(), several.hasRunAlone());
    }
  }

  /**
   * @param hasRun whether a part of it was executed all the same
   */
  private void refusedBecause(ErrorType error, boolean hasRun) {
    if (RedisErrors.leadsElsewhere(error)) {
      RedisSocket wrong = connection;
      if (wrong != null) {
        link.replace(wrong, String.valueOf(error.getMessage()));
      }
      if (mayRepeat && !hasRun && RedisErrors.provesNotRun(error)) {
        mayRepeat = false;
        sent = false;
        refusal = error;
        link.hold(this);
        return;
      }
    }
    boolean hasRunAlone = transaction != null && transaction.hasRunAlone();
    Throwable failure =
        hasRunAlone
            ? Failure.unavailable("redis: " + error.getMessage() + Outcome.UNKNOWN)
            : RedisErrors.ofReply(error);
    if (isOfClient) {
      link.permission().refused(request, failure, sentNanos);
    }
    end(null, failure);
  }

  /** Ends it without a reply: unavailable, or timed out if it has waited for that long. */
  @Override
  public void lost(String reason) {
    if (ended) {
      return;
    }
    Throwable failure = NO_MEMORY;
    try {
      failure = refusal == null ? failure(reason) : RedisErrors.ofReply(refusal);
      server.outage().failed(1);
    } catch (Throwable e) {
      RedisErrors.log(e); // no memory for a reason, perhaps
    }
    end(null, failure);
  }

  private void end(@Nullable Response response, @Nullable Throwable error) {
    if (ended) {
      return;
    }
    ended = true;
    server.room().giveBack(bytes);
    reply.complete(response, error);
  }

  private Failure failure(String reason) {
    String outcome = sent ? Outcome.UNKNOWN : "; nothing was sent";
    return isLate(System.nanoTime())
        ? Failure.timedOut("no reply from redis within " + server.timeoutMillis() + " ms" + outcome)
        : Failure.unavailable("redis is unavailable: " + reason + outcome);
  }
}
