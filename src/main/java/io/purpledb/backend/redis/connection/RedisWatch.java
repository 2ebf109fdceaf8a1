package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.socket.RedisSocket;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the connection of one link, by one timer: whether replies come in time; whether they
 * are of their commands, by an ECHO that must come back, now and then among the commands; whether
 * the server is still a master, also while nobody asks anything.
 */
final class RedisWatch {

  private static final long LONGEST_PERIOD_MILLIS = 100;

  private final RedisLink link;
  private final RedisServer server;
  private final long timer;
  private final long keepAliveNanos;

  private long lastCommandNanos = System.nanoTime();
  private long lastEchoNanos = lastCommandNanos;
  private long lastRoleNanos = lastCommandNanos;
  private boolean overdue;
  private boolean asking;

  RedisWatch(RedisLink link, RedisServer server) {
    this.link = link;
    this.server = server;
    this.keepAliveNanos = server.timeoutNanos() / 2;
    long period = Math.max(1, Math.min(LONGEST_PERIOD_MILLIS, server.timeoutMillis() / 20));
    this.timer = server.vertx().setPeriodic(period, id -> look());
  }

  /** A command comes; answers when. */
  long commandAt() {
    lastCommandNanos = System.nanoTime();
    return lastCommandNanos;
  }

  /** A connection was made, to a master. */
  void madeAt() {
    lastRoleNanos = System.nanoTime();
    lastEchoNanos = lastCommandNanos - 1; // the commands that waited for it are to be checked, too
    overdue = false;
    asking = false;
  }

  void close() {
    server.vertx().cancelTimer(timer);
  }

  private void look() {
    try {
      long now = System.nanoTime();
      RedisSocket connection = link.connection();
      if (connection != null) {
        look(connection, now);
      }
      link.look(now);
    } catch (Throwable e) {
      RedisErrors.log(e); // no memory now, perhaps: it looks again at the next tick
    }
  }

  /**
   * Looks twice before it gives up: a loop that was held up for long finds commands overdue whose
   * replies it has not read yet, and reads them before it looks again.
   */
  private void look(RedisSocket connection, long now) {
    boolean overdueBefore = overdue;
    overdue = connection.overdue(now, server.timeoutNanos());
    if (overdue && overdueBefore) {
      connection.end("no reply within " + server.timeoutMillis() + " ms");
    } else if (!asking && now - lastRoleNanos >= keepAliveNanos) {
      lastRoleNanos = now;
      ask(connection, server.role(), null);
    } else if (!asking && lastCommandNanos - lastEchoNanos > 0) {
      lastEchoNanos = now;
      String mark = Long.toHexString(ThreadLocalRandom.current().nextLong());
      ask(connection, Request.cmd(Command.ECHO).arg(mark), mark);
    }
  }

  private void ask(RedisSocket connection, Request request, @Nullable String mark) {
    asking = true;
    connection
        .send(request)
        .onComplete(
            (reply, error) -> {
              if (connection == link.connection()) {
                asking = false;
                check(connection, reply, error, mark);
              }
            });
  }

  private void check(
      RedisSocket connection,
      @Nullable Response reply,
      @Nullable Throwable error,
      @Nullable String mark) {
    if (error instanceof ErrorType refusal) {
      if (RedisErrors.leadsElsewhere(refusal)) {
        link.replace(connection, String.valueOf(refusal.getMessage()));
      }
    } else if (mark != null && !(error == null && mark.equals(String.valueOf(reply)))) {
      connection.end("replies are not those of their commands");
    } else if (mark == null && RedisErrors.isReplica(reply)) {
      link.replace(connection, RedisErrors.REPLICA);
    }
  }
}
