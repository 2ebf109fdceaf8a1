package io.purpledb.backend.replicated.raft;

import java.io.IOException;

/**
 * The log of a leader is not what it was, so no write goes into it. Like {@link NoRoomException} it
 * travels by its class and text, and is public.
 */
public final class LogHarmedException extends IOException {

  private static final long serialVersionUID = 1;

  public LogHarmedException(String text) {
    super(text);
  }
}
