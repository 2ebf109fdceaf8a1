package io.purpledb.backend.replicated.lead;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * How far the clocks of the other members are from this node's, as they said last. A node whose
 * clock a majority does not share does not make the time of the cluster, and is not to lead.
 */
public final class PeerClocks {

  /** Clocks that NTP keeps are well within it, together with the way of an answer. */
  public static final long BOUND_MILLIS = 10_000;

  private static final Logger LOG = System.getLogger(PeerClocks.class.getName());

  private final InstantSource clock;
  private final int members;
  private final Map<RaftPeerId, Long> aheadMillis = new ConcurrentHashMap<>();
  private boolean told;

  /**
   * @param members how many there are, this node with them
   */
  public PeerClocks(InstantSource clock, int members) {
    this.clock = clock;
    this.members = members;
  }

  /** Takes notice of the time that another member has now. */
  public void heard(RaftPeerId peer, long millis) {
    aheadMillis.put(peer, millis - clock.millis());
  }

  /** Whether a majority, this node with it, has the same time. */
  public boolean agree() {
    long same = 1 + aheadMillis.values().stream().filter(PeerClocks::isNear).count();
    return same > members / 2;
  }

  /** Whether this node is known to be the odd one: a majority was heard, and has another time. */
  public boolean isOff() {
    return !agree() && 1 + aheadMillis.size() > members / 2 && middle() != null;
  }

  /** Whether a member has the time that most have. */
  public boolean isRight(RaftPeerId peer) {
    Long ahead = aheadMillis.get(peer);
    Long middle = middle();
    return ahead != null && middle != null && isNear(ahead - middle);
  }

  /** What there is to say of this node's clock, null when nothing; logs when it changes. */
  public synchronized @Nullable String notice() {
    Long middle = isOff() ? middle() : null;
    String text =
        middle == null
            ? null
            : ("clock: this node's is %s %s those of most members (expected: within %d ms);"
                    + " it does not lead, and the time of the cluster does not follow it")
                .formatted(
                    Duration.ofMillis(Math.abs(middle)),
                    middle < 0 ? "ahead of" : "behind",
                    BOUND_MILLIS);
    if (told != (text != null)) {
      told = text != null;
      LOG.log(
          told ? Level.WARNING : Level.INFO,
          text == null ? "clock: this node's agrees with those of most members again" : text);
    }
    return text;
  }

  /** How far those are ahead who agree among each other and are a majority; null without. */
  private @Nullable Long middle() {
    List<Long> all = new ArrayList<>(aheadMillis.values());
    all.add(0L);
    for (long one : all) {
      if (all.stream().filter(other -> isNear(other - one)).count() > members / 2) {
        return one;
      }
    }
    return null;
  }

  private static boolean isNear(long millis) {
    return Math.abs(millis) <= BOUND_MILLIS;
  }
}
