package io.purpledb.backend.replicated.lead;

import io.purpledb.backend.replicated.raft.LogRoom;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * Which members have room for a log that grows, as they said last. A write that makes the data grow
 * needs it here, and on a majority.
 */
public final class PeerRooms {

  private static final Logger LOG = System.getLogger(PeerRooms.class.getName());

  private final LogRoom own;
  private final int members;
  private final Map<RaftPeerId, Boolean> others = new ConcurrentHashMap<>();
  private boolean told;

  /**
   * @param members how many there are, this node with them
   */
  public PeerRooms(LogRoom own, int members) {
    this.own = own;
    this.members = members;
  }

  public LogRoom own() {
    return own;
  }

  /** Takes notice of what another member says of its room. */
  void heard(RaftPeerId peer, boolean canGrow) {
    others.put(peer, canGrow);
  }

  /** Whether a member has said that it has room. */
  boolean hasRoom(RaftPeerId peer) {
    return others.getOrDefault(peer, false);
  }

  /** Why the data cannot grow by a write of so many bytes; null when it can. */
  public @Nullable String refusal(long bytes) {
    if (!own.canGrow(bytes)) {
      return own.refusal();
    }
    long without = others.values().stream().filter(canGrow -> !canGrow).count();
    return members - without > members / 2
        ? null
        : "cluster: %d of %d members have no room for their log (expected: a majority has)"
            .formatted(without, members);
  }

  /** What there is to say of this node's room, null when nothing; logs when it changes. */
  public synchronized @Nullable String notice() {
    String text =
        own.canGrow(0) || own.harm() != null ? null : own.refusal() + "; reads and deletes go on";
    if (told != (text != null)) {
      told = text != null;
      LOG.log(
          told ? Level.WARNING : Level.INFO,
          text == null ? "cluster: there is room for the log again" : text);
    }
    return text;
  }
}
