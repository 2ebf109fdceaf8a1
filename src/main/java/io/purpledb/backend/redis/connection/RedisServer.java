package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.backend.redis.socket.RedisSocket;
import io.purpledb.config.RedisUrl;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all links to one Redis have in common.
 *
 * @param timeoutMillis how long a command may take
 * @param maxInFlight how many commands one link has without an answer at most
 * @param room for the bytes of commands without an answer, of all links together
 * @param replies room for the bytes of replies that are being read, of all links together
 * @param codec what encodes commands and parses replies
 */
public record RedisServer(
    Vertx vertx,
    RedisUrl url,
    long timeoutMillis,
    int maxInFlight,
    RedisOutage outage,
    RedisRoom room,
    ReplyRoom replies,
    RespCodec codec) {

  private static final int MAX_CONNECT_MILLIS = 2000;

  /** Commands without a reply, and replies that are read, may each fill this part of the heap. */
  private static final int HEAP_SHARE = 4;

  /** Redis's name for a user who has none. */
  private static final String DEFAULT_USER = "default";

  /**
   * A server whose links share a part of the heap.
   *
   * @throws io.purpledb.config.StartFailure when the URL has another form
   */
  public static RedisServer of(Vertx vertx, String url, long timeoutMillis, int maxInFlight) {
    long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    return of(
        vertx,
        url,
        timeoutMillis,
        maxInFlight,
        new RedisRoom(share),
        new ReplyRoom(share),
        RespCodec.BOUNDED);
  }

  /** One whose links have other rooms, and another codec. */
  public static RedisServer of(
      Vertx vertx,
      String url,
      long timeoutMillis,
      int maxInFlight,
      RedisRoom room,
      ReplyRoom replies,
      RespCodec codec) {
    RedisUrl parsed = RedisUrl.parse(url);
    return new RedisServer(
        vertx, parsed, timeoutMillis, maxInFlight, new RedisOutage(parsed), room, replies, codec);
  }

  /** The same, of which one link has more or fewer commands without an answer at most. */
  public RedisServer withMaxInFlight(int commands) {
    return new RedisServer(vertx, url, timeoutMillis, commands, outage, room, replies, codec);
  }

  /**
   * Blocks until it is known whether the server can be used.
   *
   * @param more commands that it must answer, too, over a connection that serves the database
   * @throws io.purpledb.config.StartFailure when it cannot
   */
  public void check(int database, Request... more) {
    new RedisCheck(this, database).ask(List.of(more), true);
  }

  /**
   * Blocks until a server that can be used has answered commands.
   *
   * @return their replies in the same order; null also for one that is refused
   * @throws io.purpledb.config.StartFailure when it cannot be used
   */
  public List<@Nullable Response> ask(int database, List<Request> commands) {
    return new RedisCheck(this, database).ask(commands, false);
  }

  /**
   * A client for one connection. It is made once per link and kept: each one made in a verticle
   * stays referenced until the verticle is undeployed, closed or not.
   */
  NetClient client() {
    return vertx.createNetClient(socket());
  }

  /** Connects on the calling event loop; the first command must be {@link #hello}. */
  Future<RedisSocket> connect(NetClient client) {
    return client
        .connect(url.port(), url.host())
        .map(socket -> new RedisSocket(vertx, socket, codec, replies));
  }

  /** The command that chooses RESP 3 and logs in. */
  Request hello() {
    Request hello = Request.cmd(Command.HELLO).arg("3");
    return url.password() == null
        ? hello
        : hello.arg("AUTH").arg(url.user() == null ? DEFAULT_USER : url.user()).arg(url.password());
  }

  /** The command that asks for the role, among other things, and changes nothing. */
  Request role() {
    return Request.cmd(Command.HELLO).arg("3");
  }

  /**
   * Selects the database and makes sure that this server serves it: one that is loading its data
   * does not, and a replica does not take writes or loses them. One that refuses writes for want of
   * room or replicas does: it can be read.
   *
   * @param hello the reply to {@link #hello}
   */
  Future<?> serve(@Nullable Response hello, RedisSocket made, int database) {
    if (RedisErrors.isReplica(hello)) {
      return Future.failedFuture(RedisErrors.REPLICA);
    }
    return made.send(Request.cmd(Command.SELECT).arg(database))
        .compose(selected -> made.send(Request.cmd(Command.PING)))
        .recover(RedisErrors::unlessReadable);
  }

  /** How long an attempt to connect may take. */
  long connectNanos() {
    return TimeUnit.MILLISECONDS.toNanos(
        timeoutMillis + Math.min(timeoutMillis, MAX_CONNECT_MILLIS));
  }

  long timeoutNanos() {
    return TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  /**
   * The idle timeout ends a handshake that is never answered; a made connection is never so long
   * without a reply, because {@link RedisLink} sends PING.
   */
  private NetClientOptions socket() {
    NetClientOptions options =
        new NetClientOptions()
            .setConnectTimeout((int) Math.min(timeoutMillis, MAX_CONNECT_MILLIS))
            .setReadIdleTimeout((int) Math.min(2 * timeoutMillis, Integer.MAX_VALUE))
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    return url.tls() ? options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS") : options;
  }
}
