package io.purpledb.backend.redis;

import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;

/** A network device between Purple and a real Redis: it may speak TLS, fall silent or reset. */
final class Front {

  private final TestLoop loop;
  private final NetServer server;

  /** Where new connections lead. */
  volatile int redisPort;

  /** Swallows what comes and answers nothing. */
  volatile boolean silent;

  /** Passes requests on, and resets the connection when the reply to one comes. */
  volatile boolean losing;

  /** Resets new connections. */
  volatile boolean resetting;

  Front(TestLoop loop, int redisPort, NetServerOptions options) {
    this.loop = loop;
    this.redisPort = redisPort;
    this.server =
        loop.vertx()
            .createNetServer(options.setHost("127.0.0.1").setSoLinger(0))
            .connectHandler(this::connected);
    loop.answer(server::listen);
  }

  int port() {
    return server.actualPort();
  }

  private void connected(NetSocket purple) {
    purple.pause();
    if (resetting) {
      loop.vertx().setTimer(20, x -> purple.close()); // after HELLO; does not linger
      return;
    }
    loop.vertx()
        .createNetClient()
        .connect(redisPort, "127.0.0.1")
        .onSuccess(redis -> connected(purple, redis))
        .onFailure(x -> purple.close());
  }

  private void connected(NetSocket purple, NetSocket redis) {
    forward(purple, redis);
    forward(redis, purple);
    redis.handler(
        bytes -> {
          if (losing) {
            purple.close();
          } else if (!silent) {
            purple.write(bytes);
          }
        });
    purple.resume();
  }

  private void forward(NetSocket from, NetSocket to) {
    from.handler(
        bytes -> {
          if (!silent) {
            to.write(bytes);
          }
        });
    from.closeHandler(x -> to.close());
  }
}
