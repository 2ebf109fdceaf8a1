package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Callers on all nodes that increment one counter and each put values of their own, and know what
 * was acknowledged and what may have happened.
 */
final class Load {

  private static final String COUNTER = "load";

  private final Nodes nodes;
  private final List<Thread> callers = new ArrayList<>();
  private final Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> written = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> defects = new ConcurrentLinkedQueue<>();
  private final AtomicLong unknown = new AtomicLong();
  private final AtomicLong slowestNanos = new AtomicLong();
  private volatile boolean ending;

  Load(Nodes nodes, int size) {
    this(nodes, size, i -> true);
  }

  Load(Nodes nodes, int size, IntPredicate used) {
    this.nodes = nodes;
    List<Integer> targets = IntStream.range(0, nodes.members.size()).filter(used).boxed().toList();
    for (int i = 0; i < size; i++) {
      int caller = i;
      Replication node = nodes.node(targets.get(i % targets.size()));
      callers.add(new Thread(() -> call(caller, new Ask(node)), "caller-" + i));
    }
  }

  /** Goes on until so many more increments were acknowledged: a busy machine takes its time. */
  void awaitMore(int increments) {
    int enough = acknowledged.size() + increments;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (acknowledged.size() < enough) {
      assertThat(System.nanoTime()).as("increments come to an end").isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }

  void start() {
    callers.forEach(Thread::start);
  }

  void stop() throws InterruptedException {
    ending = true;
    for (Thread caller : callers) {
      caller.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(caller.isAlive()).as("a request without an end").isFalse();
    }
    assertThat(defects).isEmpty();
  }

  /** How many increments failed, so that nobody knows whether they happened. */
  long unknown() {
    return unknown.get();
  }

  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowestNanos.get());
  }

  /** Every acknowledged write is there, once, on every node that runs. */
  void assertExact() throws Exception {
    assertThat(acknowledged.size()).as("increments").isGreaterThan(100);
    assertThat(acknowledged).as("values that increments answered").doesNotHaveDuplicates();
    for (int i : nodes.runningNodes()) {
      Ask node = new Ask(nodes.node(i));
      assertThat(node.count(COUNTER))
          .isBetween(Long.valueOf(acknowledged.size()), acknowledged.size() + unknown.get());
      for (String key : written) {
        assertThat(node.get(key)).isEqualTo(key);
      }
    }
  }

  private void call(int caller, Ask node) {
    for (int n = 0; !ending; n++) {
      String key = caller + "-" + n;
      long begin = System.nanoTime();
      try {
        acknowledged.add(node.increment(COUNTER, 1));
        node.put(key, key);
        written.add(key);
      } catch (Failure failure) {
        unknown.incrementAndGet();
        if (failure.kind() != Failure.Kind.UNAVAILABLE
            && failure.kind() != Failure.Kind.TIMED_OUT) {
          defects.add(failure);
        }
      } catch (Exception e) {
        if (nodes.runningNodes().size() == nodes.members.size()) {
          defects.add(e);
        }
        unknown.incrementAndGet();
      }
      slowestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
    }
  }
}
