package io.purpledb.server.wire;

import io.vertx.core.Vertx;
import java.util.function.BooleanSupplier;

/**
 * Something that is looked at every now and then while there is something to look at: a server that
 * nobody is connected to does not wake up for it. Used on one event loop only.
 */
public final class Looks {

  private final Vertx vertx;
  private final long millis;
  private final BooleanSupplier look;
  private long timer;
  private boolean goesOn;
  private boolean closed;

  /**
   * @param millis the time between two looks
   * @param look looks, and answers whether there was anything to look at
   */
  public Looks(Vertx vertx, long millis, BooleanSupplier look) {
    this.vertx = vertx;
    this.millis = millis;
    this.look = look;
  }

  /** Looks from now on; to be called when there is something to look at. */
  public void goOn() {
    if (!goesOn && !closed) {
      goesOn = true;
      timer = vertx.setPeriodic(millis, id -> look());
    }
  }

  private void look() {
    if (!look.getAsBoolean()) {
      rest();
    }
  }

  private void rest() {
    if (goesOn) {
      goesOn = false;
      vertx.cancelTimer(timer);
    }
  }

  /** Looks no more. */
  public void close() {
    closed = true;
    rest();
  }
}
