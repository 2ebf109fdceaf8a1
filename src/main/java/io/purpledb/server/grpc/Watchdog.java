package io.purpledb.server.grpc;

import io.purpledb.message.Failure;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ends the calls of one event loop whose request does not come in whole. Looks at them every tenth
 * of the timeout, the oldest first, so that a call costs no timer: nearly all have left before.
 */
final class Watchdog {

  private static final int TICKS = 10;

  private final Vertx vertx;
  private final long timeoutMillis;
  private final Map<Call, Long> sinceTick = new LinkedHashMap<>();
  private final long timer;
  private long tick;

  Watchdog(Vertx vertx, long timeoutMillis) {
    this.vertx = vertx;
    this.timeoutMillis = timeoutMillis;
    this.timer = vertx.setPeriodic(Math.max(1, timeoutMillis / TICKS), id -> look());
  }

  /** Ends a call unless it is released before the timeout. */
  void watch(Call call) {
    sinceTick.put(call, tick);
  }

  void release(Call call) {
    sinceTick.remove(call);
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void look() {
    tick++;
    while (!sinceTick.isEmpty()) {
      Map.Entry<Call, Long> oldest = sinceTick.entrySet().iterator().next();
      if (tick - oldest.getValue() < TICKS) {
        return;
      }
      sinceTick.remove(oldest.getKey());
      oldest.getKey().fail(tooSlow());
    }
  }

  private Failure tooSlow() {
    return new Failure(
        Failure.Kind.REQUEST_TIMEOUT,
        "request: not whole after %d ms (expected: its messages and its end)"
            .formatted(timeoutMillis));
  }
}
