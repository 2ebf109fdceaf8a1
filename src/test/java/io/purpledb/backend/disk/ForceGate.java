package io.purpledb.backend.disk;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Holds up the forces of a log until it lets them all go. */
final class ForceGate {

  private static final int ALL = 1_000_000;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final Semaphore open = new Semaphore(0);

  ForceGate(Shadow log) {
    log.beforeForce(
        () -> {
          reached.countDown();
          open.acquireUninterruptibly();
        });
  }

  /** Waits until a batch is committed and about to be forced. */
  void awaitForce() throws InterruptedException {
    reached.await();
  }

  void open() {
    open.release(ALL);
  }
}
