package io.purpledb.server.wire.unread;

import io.purpledb.server.wire.Looks;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.connection.ConnectionSetup;
import io.purpledb.server.wire.connection.LastAnswers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one server on one event loop, and what each leaves unread. A connection above
 * its bound gets no further request served until it has read; one that reads nothing for some
 * seconds, while answers wait for it, is closed. Used on its event loop only.
 */
public final class UnreadAnswers {

  /** Smaller answers are bounded by the connection, and not worth counting one by one. */
  static final int COUNTED_BYTES = 16 << 10;

  /** How much a connection may leave unread before its next request has to wait. */
  private static final long CONNECTION_BYTES = 1 << 20;

  private static final long NO_ERROR = 0;

  private static final long LOOK_MILLIS = 1_000;

  /** So many looks without a byte in either direction end an idle connection. */
  private static final int IDLE_LOOKS = 15;

  /** How long a client of HTTP/2 has to learn that it is to go, while what it asks is served. */
  private static final long FAREWELL_MILLIS = 500;

  /** As long as the servers give what is in flight at the end. */
  private static final long GRACE_MILLIS = 10_000;

  /** So many looks without a byte read end a connection. */
  private static final int PATIENCE = 10;

  /** The same when the room for answers is more than half taken. */
  private static final int PATIENCE_UNDER_PRESSURE = 2;

  private final Vertx vertx;
  private final Room room;
  private final Turns turns = new Turns();
  private final Set<UnreadConnection> open = new HashSet<>();
  private final List<Looks> looks = new ArrayList<>();

  /** Whether there was any connection yet. */
  private boolean used;

  /** Whether the server is about to stop. */
  private boolean draining;

  public UnreadAnswers(Vertx vertx, Room room) {
    this(vertx, room, LOOK_MILLIS);
  }

  /**
   * Closes, too, each connection on which no byte moves for some time. Netty's handler for that
   * asks for the time, and makes a promise, at every write.
   *
   * @param idleMillis a connection is closed after so long, or up to a fifteenth more; longer than
   *     a request may take
   */
  public static UnreadAnswers andIdle(Vertx vertx, Room room, long idleMillis) {
    UnreadAnswers answers = new UnreadAnswers(vertx, room);
    long period = Math.max(1, idleMillis / IDLE_LOOKS);
    answers.looks.add(new Looks(vertx, period, answers::lookForIdle));
    return answers;
  }

  /**
   * @param lookMillis how often it is looked whether connections read
   */
  UnreadAnswers(Vertx vertx, Room room, long lookMillis) {
    this.vertx = vertx;
    this.room = room;
    looks.add(new Looks(vertx, lookMillis, this::look));
  }

  /** Begins to watch a connection that has just been accepted. */
  public void add(HttpConnection connection) {
    UnreadConnection added = new UnreadConnection(connection, room, turns, CONNECTION_BYTES);
    open.add(added);
    looks.forEach(Looks::goOn);
    used = true;
    if (draining) {
      LastAnswers.on(connection);
    }
    connection.closeHandler(
        closed -> {
          open.remove(added);
          added.closed();
        });
  }

  /**
   * From now on the next answer over each connection of HTTP/1.1 is its last, and says so. The
   * clients of HTTP/2 are told to go at once (GOAWAY, in two steps: RFC 9113, section 6.8), with
   * what they have asked for. Whoever comes meanwhile is served: a load balancer may learn only
   * from the next question about health that this server is going, and has no connection open
   * between two requests.
   *
   * @return succeeds after that time, at once if there never was a connection
   */
  public Future<Void> drain(long millis) {
    draining = true;
    if (millis == 0 || !used) {
      open.forEach(last -> LastAnswers.on(last.connection())); // of what is in flight
      return Future.succeededFuture();
    }
    for (UnreadConnection connection : List.copyOf(open)) {
      tellToGo(connection, millis);
    }
    return vertx.timer(millis).mapEmpty();
  }

  private void tellToGo(UnreadConnection told, long millis) {
    HttpConnection connection = told.connection();
    if (ConnectionSetup.streams(connection) == null) {
      LastAnswers.on(connection);
      return;
    }
    connection.goAway(NO_ERROR, Integer.MAX_VALUE); // what is on its way is served
    vertx.setTimer(
        Math.max(1, Math.min(FAREWELL_MILLIS, millis / 2)),
        id -> {
          if (open.contains(told)) {
            connection.goAway(NO_ERROR);
            var unused = connection.shutdown(millis + GRACE_MILLIS, TimeUnit.MILLISECONDS);
          }
        });
  }

  /** Watches no longer. */
  public void close() {
    looks.forEach(Looks::close);
  }

  private boolean lookForIdle() {
    for (UnreadConnection connection : List.copyOf(open)) {
      connection.lookForIdle(IDLE_LOOKS);
    }
    return !open.isEmpty();
  }

  private boolean look() {
    int patience = room.usedBytes() > room.maxBytes() / 2 ? PATIENCE_UNDER_PRESSURE : PATIENCE;
    for (UnreadConnection connection : List.copyOf(open)) {
      connection.look(patience);
    }
    return !open.isEmpty();
  }
}
