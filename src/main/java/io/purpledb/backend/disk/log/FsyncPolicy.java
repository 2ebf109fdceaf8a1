package io.purpledb.backend.disk.log;

import io.purpledb.config.Durability;
import java.util.concurrent.TimeUnit;

/** When what is committed is made durable: with every batch, or about once a second. */
public final class FsyncPolicy {

  private static final long ASYNC_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final boolean always;
  private boolean waiting;
  private long lastForced = System.nanoTime();

  public FsyncPolicy(Durability durability) {
    always = durability != Durability.ASYNC;
  }

  /** A batch was committed. */
  public void committed() {
    waiting = true;
  }

  /**
   * Whether to force now.
   *
   * @param idle whether nothing else is to do
   */
  public boolean due(boolean idle) {
    return waiting && (always || idle || System.nanoTime() - lastForced >= ASYNC_NANOS);
  }

  /** All that was committed is durable. */
  public void forced() {
    waiting = false;
    lastForced = System.nanoTime();
  }
}
