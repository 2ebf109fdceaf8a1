package io.purpledb.backend.redis;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client that increments a counter, puts a value and adds to a set under its key, one request
 * after another, and keeps account of what was acknowledged. Runs on the event loop.
 */
final class Traffic {

  private static final long PAUSE_MILLIS = 2;
  private static final int ITEMS = 50;

  final String key;
  final Set<String> added = new HashSet<>();
  long counted;
  long maybeCounted;
  long put = -1;
  long maybePut = -1;

  /** How many requests were not sent but answered later than at once. */
  long lateRefusals;

  /** The longest time of a request that was lost with its connection. */
  long slowestLossNanos;

  final AtomicInteger answers = new AtomicInteger();
  final AtomicInteger refusals = new AtomicInteger();
  volatile boolean stopping;

  private final Vertx vertx;
  private final RedisCounter counter;
  private final RedisKv kv;
  private final RedisSet set;
  private final Promise<Void> end = Promise.promise();
  private long turn;

  Traffic(String key, Vertx vertx, RedisCounter counter, RedisKv kv, RedisSet set) {
    this.key = key;
    this.vertx = vertx;
    this.counter = counter;
    this.kv = kv;
    this.set = set;
  }

  /** Goes on until it is told to stop; fails when a request is refused in an unforeseen way. */
  Future<Void> run() {
    next();
    return end.future();
  }

  private void next() {
    long number = turn++;
    if (stopping) {
      end.complete();
    } else if (number % 3 == 0) {
      attempt(counter.increment(key, 1), () -> counted++, () -> maybeCounted++);
    } else if (number % 3 == 1) {
      maybePut = number;
      attempt(kv.put(key, ByteString.copyFromUtf8("" + number)), () -> put = number, () -> {});
    } else {
      String item = "item " + number % ITEMS;
      attempt(set.add(key, item), () -> added.add(item), () -> {});
    }
  }

  private void attempt(Future<?> request, Runnable acknowledged, Runnable unknown) {
    long start = System.nanoTime();
    boolean atOnce = request.isComplete();
    request.onComplete(
        (x, error) -> {
          if (error == null) {
            acknowledged.run();
            answers.incrementAndGet();
            vertx.runOnContext(y -> next());
          } else if (error instanceof Failure failure && failure.kind() == Kind.UNAVAILABLE) {
            if (failure.getMessage().endsWith("nothing was sent")) {
              lateRefusals += atOnce ? 0 : 1;
            } else {
              unknown.run();
              slowestLossNanos = Math.max(slowestLossNanos, System.nanoTime() - start);
            }
            refusals.incrementAndGet();
            vertx.setTimer(PAUSE_MILLIS, y -> next());
          } else {
            end.fail(error);
          }
        });
  }
}
