package io.purpledb.backend.replicated.raft;

import java.io.IOException;

/**
 * The log of a leader takes a write neither now nor says whether it had it before: it is not what
 * it was, or has no room for one that was done and is sent again. Like {@link NoRoomException} it
 * travels by its class and text, and is public.
 */
public final class LogUnavailableException extends IOException {

  private static final long serialVersionUID = 1;

  public LogUnavailableException(String text) {
    super(text);
  }
}
