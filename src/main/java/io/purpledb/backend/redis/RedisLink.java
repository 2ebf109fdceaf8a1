package io.purpledb.backend.redis;

import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.net.NetClient;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one event loop to one database: one that is held and pipelined, made again when
 * it is lost. To the {@link RedisSocket} it adds reconnecting with growing pauses, failing at once
 * while there is no connection, a bound on commands without a reply, and a timeout of commands.
 *
 * <p>A lost connection fails every command that has no reply; none is sent again, because it may
 * have been executed. Requests that come before the first attempt to connect has ended wait for it.
 *
 * <p>Timeouts are found by one timer per link, not per command, so they come up to a tenth late.
 * Not thread-safe: used on its event loop only.
 */
final class RedisLink {

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2000;
  private static final long LONGEST_WATCH_MILLIS = 100;
  private static final long NO_TIMER = -1;

  private final RedisServer server;
  private final int database;
  private final NetClient client;
  private final RedisReplies replies;
  private final long watchdog;
  private final long keepAliveNanos;

  private @Nullable RedisSocket connection;

  /** Why requests fail at once; null while there is a connection or the first is being made. */
  private @Nullable String down;

  private boolean connecting;
  private long retry = NO_TIMER;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private long lastCommandNanos;
  private boolean overdue;
  private boolean closed;

  /** Starts to connect on the calling event loop. */
  RedisLink(RedisServer server, int database) {
    this.server = server;
    this.database = database;
    this.client = server.client();
    this.replies = new RedisReplies(server.timeoutMillis());
    this.keepAliveNanos = TimeUnit.MILLISECONDS.toNanos(server.timeoutMillis()) / 2;
    long period = Math.max(1, Math.min(LONGEST_WATCH_MILLIS, server.timeoutMillis() / 20));
    this.watchdog = server.vertx().setPeriodic(period, id -> watch());
    connect();
  }

  /**
   * Sends a command. Fails as unavailable, timed out or busy, or with Redis's error reply as it is.
   */
  Future<@Nullable Response> send(Request request) {
    if (down != null) {
      server.outage().failed(1);
      return Future.failedFuture(
          Failure.unavailable("redis is unavailable: " + down + "; nothing was sent"));
    }
    if (replies.size() >= server.maxInFlight()) {
      return Future.failedFuture(
          Failure.busy(
              "redis: %d commands without a reply (expected: at most %d)"
                  .formatted(replies.size(), server.maxInFlight())));
    }
    lastCommandNanos = System.nanoTime();
    return replies.add(request, connection, lastCommandNanos);
  }

  /** Asks Redis for a sign of life. */
  Future<Void> ping() {
    return send(Request.cmd(Command.PING)).mapEmpty();
  }

  /** Whether Redis serves, here and on all other event loops: a server is ready when all are. */
  Future<Void> health() {
    return ping()
        .compose(
            alive ->
                server.outage().isOver()
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        Failure.unavailable("redis is unavailable: not all connections are back")));
  }

  /** Closes the connection; commands without a reply fail. */
  Future<Void> close() {
    closed = true;
    server.vertx().cancelTimer(watchdog);
    server.vertx().cancelTimer(retry);
    server.outage().forget(this);
    disconnect("the server is stopping");
    return client.close();
  }

  private void connect() {
    connecting = true;
    server
        .connect(client)
        .compose(this::prepare)
        .onComplete(
            (made, error) -> {
              connecting = false;
              if (closed) {
                return; // and so is the client with whatever was made
              }
              if (error == null) {
                up(made);
              } else {
                lost(RedisErrors.reason(error));
              }
            });
  }

  /**
   * Logs in, selects the database and makes sure that Redis serves it; one that is loading its data
   * does not.
   */
  private Future<RedisSocket> prepare(RedisSocket made) {
    return made.send(server.hello())
        .compose(hello -> made.send(Request.cmd(Command.SELECT).arg(database)))
        .compose(selected -> made.send(Request.cmd(Command.PING)))
        .map(made)
        .onFailure(error -> made.close());
  }

  private void up(RedisSocket made) {
    connection = made;
    down = null;
    pauseMillis = FIRST_PAUSE_MILLIS;
    lastCommandNanos = System.nanoTime();
    server.outage().back(this);
    made.onEnd(this::lost);
    replies.sendAll(made);
  }

  private void lost(String reason) {
    server.outage().lost(this, reason);
    disconnect(reason);
    if (!connecting) {
      long half = pauseMillis / 2;
      long pause = half + ThreadLocalRandom.current().nextLong(half); // links spread out
      pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
      retry = server.vertx().setTimer(pause, id -> connect());
    }
  }

  private void disconnect(String reason) {
    RedisSocket old = connection;
    connection = null;
    down = reason;
    server.outage().failed(replies.failAll(reason, System.nanoTime()));
    if (old != null) {
      old.close();
    }
  }

  /**
   * Looks twice before it gives up: a loop that was held up for long finds commands overdue whose
   * replies it has not read yet, and reads them before it looks again.
   */
  private void watch() {
    long now = System.nanoTime();
    boolean overdueBefore = overdue;
    overdue = replies.overdue(now);
    if (overdue && overdueBefore) {
      lost("no reply within " + server.timeoutMillis() + " ms");
    } else if (connection != null && now - lastCommandNanos >= keepAliveNanos) {
      ping();
    }
  }
}
