package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.socket.RedisSocket;
import java.util.ArrayDeque;

/** The commands of a link that wait for a connection, oldest first. */
final class RedisHeld {

  private final ArrayDeque<RedisCommand> waiting = new ArrayDeque<>();

  int size() {
    return waiting.size();
  }

  /** Keeps a command; throws nothing: one for which there is no room is lost. */
  void add(RedisCommand command) {
    try {
      waiting.add(command);
    } catch (Throwable e) {
      RedisErrors.log(e);
      command.lost("no room to wait for a connection");
    }
  }

  void sendAll(RedisSocket connection) {
    for (RedisCommand next = waiting.poll(); next != null; next = waiting.poll()) {
      next.send(connection);
    }
  }

  /** Loses those whose callers have waited for the timeout. */
  void loseLate(long now) {
    for (RedisCommand next = waiting.peek();
        next != null && next.isLate(now);
        next = waiting.peek()) {
      waiting.poll();
      next.lost("no connection");
    }
  }

  /** Loses those that wait for the first connection, whose attempt has failed. */
  void loseUnsent(String reason) {
    for (int left = waiting.size(); left > 0; left--) {
      RedisCommand next = waiting.remove();
      if (next.isRefused()) {
        waiting.add(next); // to the place that has just become free
      } else {
        next.lost(reason);
      }
    }
  }

  void loseAll(String reason) {
    for (RedisCommand next = waiting.poll(); next != null; next = waiting.poll()) {
      next.lost(reason);
    }
  }
}
