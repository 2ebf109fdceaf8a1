import io.purpledb.backend.disk.FillSet;
import io.purpledb.backend.redis.engine.RedisEngine;
import io.vertx.core.Vertx;

/** Makes a large set in layout 2 of a Redis. Arguments: URL, name of the set, items. */
final class FillRedisSet {

  private static final long TIMEOUT_MILLIS = 60_000;

  private FillRedisSet() {}

  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    RedisEngine engine = RedisEngine.open(vertx, args[0], TIMEOUT_MILLIS, 1_000);
    FillSet.fill(engine, args[1], Integer.parseInt(args[2]));
    engine.close().toCompletionStage().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
