package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.socket.RedisSocket;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.net.NetClient;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one event loop to one database: one that is held and pipelined, made again when
 * it is lost. To the {@link RedisSocket} it adds reconnecting with growing pauses, failing at once
 * while there is no connection, bounds on commands without a reply, and a timeout of commands.
 *
 * <p>A lost connection fails every command that has no reply; none is sent again, because it may
 * have been executed. One that leads to the wrong server, such as a master that became a replica,
 * is replaced: it gets no more commands, its replies are awaited, and what it refused is sent once
 * over the next, within the timeout. Requests that come before the first attempt to connect has
 * ended wait for it.
 *
 * <p>Timeouts are found by one timer per link ({@link RedisWatch}), not per command, so they come
 * up to a tenth late. Not thread-safe: used on its event loop only.
 */
public final class RedisLink {

  private static final long NO_TIMER = -1;

  /** A bound for those who ask for the health all the time. */
  private static final int MAX_PROBES = 1_024;

  private final RedisServer server;
  private final int database;
  private final NetClient client;
  private final RedisWatch watch;

  private @Nullable RedisSocket connection;

  /** The one that was replaced, until its last reply. */
  private @Nullable RedisSocket replaced;

  private final RedisHeld held = new RedisHeld();
  private final RedisPace pace = new RedisPace();
  private final RedisPermission permission = new RedisPermission();

  /** Why requests fail at once; null while there is a connection or the first is being made. */
  private @Nullable String down;

  private @Nullable RedisAttempt attempt;
  private long retry = NO_TIMER;
  private boolean closed;

  /**
   * Commands without a reply that only find out whether this link serves. They have a bound of
   * their own: one that is busy is not down, and who asks for its health takes no request's place.
   */
  private int probes;

  /** Starts to connect on the calling event loop. */
  public RedisLink(RedisServer server, int database) {
    this.server = server;
    this.database = database;
    this.client = server.client();
    this.watch = new RedisWatch(this, server);
    connect();
  }

  /** Sends a command of no call in particular. */
  Future<@Nullable Response> send(Request request) {
    return send(Call.NOTHING, request);
  }

  /**
   * Sends a command. Fails as unavailable, timed out, busy or a lack of room, or with Redis's error
   * reply as it is.
   *
   * @param call what it is part of; a command that waits for a connection until its deadline is not
   *     sent
   */
  public Future<@Nullable Response> send(Call call, Request request) {
    return send(call, request, null, true);
  }

  /**
   * Sends a change and a read that are executed as one, and answers what both answered, in this
   * order. Fails as {@link #send} does, also with the error reply to the one or the other.
   */
  public Future<@Nullable Response> send(Call call, Request change, Request read) {
    RedisTransaction transaction = new RedisTransaction(change, read);
    return send(call, transaction.exec(), transaction, true);
  }

  /** The same for two that do not wait for another connection when this one is wrong. */
  public Future<@Nullable Response> sendOnce(Request change, Request read) {
    RedisTransaction transaction = new RedisTransaction(change, read);
    return send(Call.NOTHING, transaction.exec(), transaction, false);
  }

  /** The same for one that does not wait for another connection when this one is wrong. */
  public Future<@Nullable Response> sendOnce(Request request) {
    return send(Call.NOTHING, request, null, false);
  }

  private Future<@Nullable Response> send(
      Call call, Request request, @Nullable RedisTransaction transaction, boolean mayRepeat) {
    if (down != null) {
      server.outage().failed(1);
      return Future.failedFuture(
          Failure.unavailable("redis is unavailable: " + down + "; nothing was sent"));
    }
    boolean isProbe = !mayRepeat;
    if (isProbe ? probes >= MAX_PROBES : size() - probes >= server.maxInFlight()) {
      return Future.failedFuture(
          Failure.busy(
              "redis: %d commands without a reply (expected: at most %d)"
                  .formatted(size() - probes, server.maxInFlight())));
    }
    long now = watch.commandAt();
    long bytes = transaction == null ? RedisRoom.bytesOf(request) : bytesOf(transaction);
    RedisCommand command =
        new RedisCommand(this, server, call, request, transaction, bytes, now, mayRepeat);
    if (!server.room().take(bytes)) { // last, because it must be given back
      return Future.failedFuture(
          Failure.busy(
              "redis: %d bytes of commands without a reply (expected: at most %d)"
                  .formatted(server.room().usedBytes(), server.room().maxBytes())));
    }
    if (isProbe) {
      probes++; // until it is answered: everything is, and once
      command.reply().onComplete(x -> probes--);
    }
    RedisSocket open = connection;
    if (open != null) {
      command.send(open);
    } else {
      hold(command);
    }
    return command.reply();
  }

  private static long bytesOf(RedisTransaction transaction) {
    return transaction.requests().stream().mapToLong(RedisRoom::bytesOf).sum();
  }

  public RedisPermission permission() {
    return permission;
  }

  /** Whether writes succeed, here and over the connections of all other event loops. */
  public Future<Void> health() {
    return RedisHealth.check(this, server)
        .compose(serves -> permission.check(System.nanoTime()))
        .compose(
            serves ->
                server.outage().isOver()
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        Failure.unavailable("redis is unavailable: not all connections are back")));
  }

  /** Closes the connection; commands without a reply fail. */
  public Future<Void> close() {
    closed = true;
    watch.close();
    server.vertx().cancelTimer(retry);
    server.outage().forget(this);
    down = "the server is stopping";
    giveUp(replaced, down);
    giveUp(connection, down);
    held.loseAll(down);
    return client.close();
  }

  /** Keeps a command for the next connection, or sends it if that is there; throws nothing. */
  void hold(RedisCommand command) {
    RedisSocket open = connection;
    if (open != null) {
      command.send(open);
      return;
    }
    if (closed) {
      command.lost(String.valueOf(down));
    } else {
      held.add(command);
    }
  }

  /** Stops using a connection that leads to the wrong server, and makes another. */
  void replace(RedisSocket wrong, String reason) {
    if (connection != wrong) {
      return; // it has been done
    }
    giveUp(replaced, reason);
    replaced = wrong;
    pace.wrong();
    wrong.retire();
    lost(reason);
  }

  public @Nullable RedisSocket connection() {
    return connection;
  }

  /** Ends what took too long and makes sure that a connection is on its way. */
  void look(long now) {
    RedisSocket old = replaced;
    if (old != null && old.overdue(now, server.timeoutNanos())) {
      old.close("no reply within " + server.timeoutMillis() + " ms");
    }
    held.loseLate(now);
    RedisAttempt running = attempt;
    if (running != null && running.overdue(now)) {
      attempt = null;
      running.giveUp("no connection within the timeout");
      lost("no connection within the timeout");
    } else if (running == null && connection == null && pace.isOverdue(now)) {
      connect(); // if the timer could not be started
    }
  }

  private int size() {
    int size = held.size();
    size += connection == null ? 0 : connection.size();
    return size + (replaced == null ? 0 : replaced.size());
  }

  private void connect() {
    if (closed || connection != null || attempt != null) {
      return;
    }
    RedisAttempt started = new RedisAttempt(server);
    attempt = started;
    try {
      started.start(client, database).onComplete((made, error) -> connected(started, made, error));
    } catch (Throwable e) {
      connected(started, null, e);
    }
  }

  private void connected(
      RedisAttempt ended, @Nullable RedisSocket made, @Nullable Throwable error) {
    if (attempt != ended) {
      return; // given up before
    }
    attempt = null;
    if (closed) {
      return; // and so is the client with whatever was made
    }
    if (error == null && made != null) { // Future.map(value) passes both
      up(made);
    } else {
      lost(error == null ? "no connection" : RedisErrors.reason(error));
    }
  }

  private void up(RedisSocket made) {
    connection = made;
    down = null;
    pace.connected();
    watch.madeAt();
    server.outage().back(this);
    made.onEnd(
        reason -> {
          if (connection == made) {
            lost(reason);
          }
        });
    held.sendAll(made);
  }

  /** Has no connection any more, or still none; throws nothing, and {@link #look} does the rest. */
  private void lost(String reason) {
    connection = null;
    down = reason;
    long pause = pace.next();
    try {
      server.outage().lost(this, reason);
      retry = server.vertx().setTimer(pause, id -> connect());
    } catch (Throwable e) {
      RedisErrors.log(e); // no memory for a line or a timer, perhaps
    }
    held.loseUnsent(reason);
  }

  private static void giveUp(@Nullable RedisSocket open, String reason) {
    if (open != null) {
      open.close(reason);
    }
  }
}
