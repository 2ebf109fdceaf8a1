package io.purpledb.backend.redis.connection;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.UUID;

/**
 * Whether writes succeed, found out without one: SETRANGE of nothing is a write to Redis, which
 * refuses it like any other (a replica, too few replicas, no room, a failed save), and changes and
 * makes no key, whatever the key. Where we have no permission for it, {@link RedisPermission} tries
 * the commands of the service. HELLO tells a replica that would take writes.
 */
public final class RedisHealth {

  public static final Command WRITE_OF_NOTHING = Command.SETRANGE;
  private static final String ANY_KEY = "purple:health";

  private RedisHealth() {}

  /** A key that nobody has: what is done to it changes nothing. */
  public static String unusedKey() {
    return ANY_KEY + ":" + UUID.randomUUID();
  }

  /** A SET whose form is wrong, which Redis finds out when all else would let it write. */
  public static Request malformedSet() {
    return Request.cmd(Command.SET).arg(ANY_KEY).arg("").arg("NX").arg("XX");
  }

  /** Fails with the reason when they do not. */
  static Future<Void> check(RedisLink link, RedisServer server) {
    Future<?> write =
        link.sendOnce(Request.cmd(WRITE_OF_NOTHING).arg(ANY_KEY).arg("0").arg(""))
            .recover(
                error ->
                    RedisErrors.isAboutTheKey(error)
                        ? Future.succeededFuture()
                        : Future.failedFuture(error));
    Future<?> role =
        link.sendOnce(server.role())
            .compose(
                hello ->
                    RedisErrors.isReplica(hello)
                        ? Future.failedFuture(Failure.unavailable("redis: " + RedisErrors.REPLICA))
                        : Future.succeededFuture());
    return write.compose(written -> role).mapEmpty();
  }
}
