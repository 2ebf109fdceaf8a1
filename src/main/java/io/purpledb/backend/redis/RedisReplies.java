package io.purpledb.backend.redis;

import io.purpledb.message.Failure;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one link that have no reply yet, oldest first. Redis replies in order, so the
 * first one is the one to watch, and a reply takes the first one off.
 */
final class RedisReplies {

  private final ArrayDeque<Command> waiting = new ArrayDeque<>();
  private final long timeoutMillis;

  RedisReplies(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  int size() {
    return waiting.size();
  }

  /** Sends a command, or keeps it for {@link #sendAll} while there is no connection. */
  Future<@Nullable Response> add(Request request, @Nullable RedisSocket connection, long now) {
    Command command = new Command(request, now);
    waiting.add(command);
    if (connection != null) {
      command.send(connection);
    }
    return command.reply.future();
  }

  /** Sends the commands that came before the connection. */
  void sendAll(RedisSocket connection) {
    List.copyOf(waiting).forEach(command -> command.send(connection));
  }

  /** Whether the oldest command has been waiting for the timeout or longer. */
  boolean overdue(long now) {
    Command oldest = waiting.peek();
    return oldest != null && oldest.overdue(now);
  }

  /**
   * Fails all commands: as timed out those that waited for the timeout, as unavailable the others.
   *
   * @return how many
   */
  int failAll(String reason, long now) {
    int failed = 0;
    for (Command command = waiting.poll(); command != null; command = waiting.poll()) {
      command.reply.tryFail(command.failure(reason, now));
      failed++;
    }
    return failed;
  }

  private final class Command implements Completable<@Nullable Response> {

    private final Request request;
    private final long start;
    private final Promise<@Nullable Response> reply = Promise.promise();
    private boolean sent;

    Command(Request request, long start) {
      this.request = request;
      this.start = start;
    }

    void send(RedisSocket connection) {
      if (!reply.future().isComplete()) {
        sent = true;
        connection.send(request, this);
      }
    }

    @Override
    public void complete(@Nullable Response response, @Nullable Throwable error) {
      if (reply.future().isComplete()) {
        return; // given up before
      }
      if (waiting.peek() == this) {
        waiting.poll();
      } else {
        waiting.remove(this); // the connection had ended when it was to be sent
      }
      if (error == null) {
        reply.complete(response);
      } else {
        reply.fail(RedisErrors.ofReply(error));
      }
    }

    boolean overdue(long now) {
      return now - start >= TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }

    Failure failure(String reason, long now) {
      String outcome = sent ? "; a write may or may not have happened" : "; nothing was sent";
      return overdue(now)
          ? Failure.timedOut("no reply from redis within " + timeoutMillis + " ms" + outcome)
          : Failure.unavailable("redis is unavailable: " + reason + outcome);
    }
  }
}
