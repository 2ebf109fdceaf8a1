package io.purpledb.backend.replicated.raft;

import java.io.IOException;
import java.util.List;

/**
 * A leader has no room for any write of a batch, which is therefore not in the log. Ratis brings it
 * from the leader to the node that asked by its class and text, so it has no more, and is public.
 */
public final class NoRoomException extends IOException {

  private static final long serialVersionUID = 1;

  private static final String BETWEEN = "\n";

  public NoRoomException(String text) {
    super(text);
  }

  /**
   * @param texts of each write its own, or one for all
   */
  public NoRoomException(List<String> texts) {
    this(String.join(BETWEEN, texts));
  }

  /** Why a write found no room, by its place in a batch of so many. */
  public String text(int place, int writes) {
    String text = getMessage();
    if (text == null) {
      return "memory: no room";
    }
    List<String> texts = List.of(text.split(BETWEEN, -1));
    return texts.size() == writes ? texts.get(place) : texts.get(0);
  }
}
