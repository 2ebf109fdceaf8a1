package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.purpledb.service.KvService;
import io.purpledb.service.SetService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A client that increments a counter, puts a value and adds to a set under its key, one request
 * after another, and keeps account of what was acknowledged. Runs on the event loop.
 */
final class Traffic {

  private static final long PAUSE_MILLIS = 2;
  private static final int ITEMS = 50;
  private static final long PATIENCE_SECONDS = 20;

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
  private volatile @Nullable Throwable last;

  private final Vertx vertx;
  private final CounterService counter;
  private final KvService kv;
  private final SetService set;
  private final Promise<Void> end = Promise.promise();
  private long turn;

  Traffic(String key, Vertx vertx, CounterService counter, KvService kv, SetService set) {
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

  /** Checks that all that was acknowledged is there, once, and nothing that was not asked for. */
  void assertNothingLost(TestLoop loop) {
    assertThat(loop.answer(() -> counter.get(key)))
        .as("counter")
        .isBetween(counted, counted + maybeCounted);
    ByteString value = loop.answer(() -> kv.get(key));
    assertThat(Long.parseLong(value.toStringUtf8())).as("value").isBetween(put, maybePut);
    assertThat(loop.answer(() -> set.get(key))).as("set").containsAll(added);
  }

  /** Waits until each client has got some more of something. */
  static void awaitMore(List<Traffic> clients, ToIntFunction<Traffic> count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    int[] goals = clients.stream().mapToInt(client -> count.applyAsInt(client) + 30).toArray();
    for (int i = 0; i < goals.length; i++) {
      while (count.applyAsInt(clients.get(i)) < goals[i]) {
        assertThat(System.nanoTime()).as("deadline; %s", clients.get(i).last).isLessThan(deadline);
        LockSupport.parkNanos(1_000_000);
      }
    }
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
            last = failure;
            refusals.incrementAndGet();
            vertx.setTimer(PAUSE_MILLIS, y -> next());
          } else {
            last = error;
            end.fail(error);
          }
        });
  }
}
