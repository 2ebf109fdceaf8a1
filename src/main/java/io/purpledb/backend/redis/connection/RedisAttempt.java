package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.socket.RedisSocket;
import io.vertx.core.Future;
import io.vertx.core.net.NetClient;
import org.jspecify.annotations.Nullable;

/** One attempt to connect, which can be given up: what comes of it later is closed. */
final class RedisAttempt {

  private final RedisServer server;
  private final long startNanos = System.nanoTime();
  private @Nullable RedisSocket made;
  private boolean givenUp;

  RedisAttempt(RedisServer server) {
    this.server = server;
  }

  /** The connection that serves the database; fails with the reason when there is none. */
  Future<RedisSocket> start(NetClient client, int database) {
    return server
        .connect(client)
        .compose(
            socket -> {
              if (givenUp) {
                socket.close("given up");
                return Future.failedFuture("given up");
              }
              made = socket;
              return socket
                  .send(server.hello())
                  .compose(hello -> server.serve(hello, socket, database))
                  .map(socket)
                  .onFailure(error -> socket.close(RedisErrors.reason(error)));
            });
  }

  /** Whether it has taken so long that it may be stuck. */
  boolean overdue(long nowNanos) {
    return nowNanos - startNanos >= server.connectNanos();
  }

  void giveUp(String reason) {
    givenUp = true;
    RedisSocket socket = made;
    if (socket != null) {
      socket.close(reason);
    }
  }
}
