package io.purpledb.backend.disk;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds up the forces of a log until it lets them all go. */
final class ForceGate {

  private static final int ALL = 1_000_000;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final AtomicInteger forces = new AtomicInteger();
  private final Semaphore open = new Semaphore(0);

  ForceGate(Shadow log) {
    log.beforeForce(
        () -> {
          forces.incrementAndGet();
          reached.countDown();
          open.acquireUninterruptibly();
        });
  }

  /** Waits until a batch is committed and about to be forced. */
  void awaitForce() throws InterruptedException {
    reached.await();
  }

  /** Waits until so many forces were about to be. */
  void awaitForce(int count) {
    while (forces.get() < count) {
      Thread.onSpinWait();
    }
  }

  /** Lets the first force go that waits. */
  void openOnce() {
    open.release();
  }

  void open() {
    open.release(ALL);
  }
}
