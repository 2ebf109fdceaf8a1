package io.purpledb.server;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The connections of one door on one event loop, and what each leaves unread. A connection above
 * its bound gets no further request served until it has read; one that reads nothing for some
 * seconds, while answers wait for it, is closed. Used on its event loop only.
 */
public final class UnreadAnswers {

  /** Smaller answers are bounded by the connection, and not worth counting one by one. */
  static final int COUNTED_BYTES = 16 << 10;

  /** How much a connection may leave unread before its next request has to wait. */
  private static final long CONNECTION_BYTES = 1 << 20;

  private static final long LOOK_MILLIS = 1_000;

  /** So many looks without a byte read end a connection. */
  private static final int PATIENCE = 10;

  /** The same when the room for answers is more than half taken. */
  private static final int PATIENCE_UNDER_PRESSURE = 2;

  private final Vertx vertx;
  private final AnswerRoom room;
  private final Set<UnreadConnection> open = new HashSet<>();
  private final long timer;

  public UnreadAnswers(Vertx vertx, AnswerRoom room) {
    this(vertx, room, LOOK_MILLIS);
  }

  /**
   * @param lookMillis how often it is looked whether connections read
   */
  UnreadAnswers(Vertx vertx, AnswerRoom room, long lookMillis) {
    this.vertx = vertx;
    this.room = room;
    this.timer = vertx.setPeriodic(lookMillis, id -> look());
  }

  /** Begins to watch a connection that has just been accepted. */
  public void add(HttpConnection connection) {
    UnreadConnection added = new UnreadConnection(connection, room, CONNECTION_BYTES);
    open.add(added);
    connection.closeHandler(
        closed -> {
          open.remove(added);
          added.closed();
        });
  }

  /** Watches no longer. */
  public void close() {
    vertx.cancelTimer(timer);
  }

  private void look() {
    int patience = room.usedBytes() > room.maxBytes() / 2 ? PATIENCE_UNDER_PRESSURE : PATIENCE;
    for (UnreadConnection connection : List.copyOf(open)) {
      connection.look(patience);
    }
  }
}
