package io.purpledb.backend.replicated;

import java.io.IOException;

/**
 * A leader has no room for a write, which is therefore not in the log. Ratis brings it from the
 * leader to the node that asked by its class and text, so it has no more, and is public.
 */
public final class NoRoomException extends IOException {

  private static final long serialVersionUID = 1;

  public NoRoomException(String text) {
    super(text);
  }

  String text() {
    String text = getMessage();
    return text == null ? "memory: no room" : text;
  }
}
