package io.purpledb.support.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.Outside;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** What others keep in the same Redis, and the connections that a server must give back. */
public final class RedisOutside implements Outside {

  private static final int OTHER_DATABASE = 9;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String url;

  public RedisOutside(String url) {
    this.url = url;
  }

  @Override
  public Untouched plant() {
    String key = "other-" + UUID.randomUUID();
    try (DirectRedis redis = new DirectRedis(url, OTHER_DATABASE)) {
      redis.run(Command.SET, key, "other");
      long connections = connections(redis);
      return () -> check(key, connections);
    }
  }

  private void check(String key, long connectionsBefore) {
    try (DirectRedis redis = new DirectRedis(url, OTHER_DATABASE)) {
      assertThat(redis.run(Command.GET, key)).asString().isEqualTo("other");
      redis.run(Command.DEL, key);
      long start = System.nanoTime();
      while (connections(redis) > connectionsBefore) { // Redis notices an end a little later
        assertThat(System.nanoTime() - start).as("connections are left").isLessThan(PATIENCE_NANOS);
      }
    }
  }

  private static long connections(DirectRedis redis) {
    Response clients = redis.run(Command.INFO, "clients");
    return clients
        .toString()
        .lines()
        .filter(line -> line.startsWith("connected_clients:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElseThrow();
  }
}
