package io.purpledb.cluster.membership;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jgroups.View;
import org.jgroups.protocols.PerDestinationBundler;

/**
 * Sends with a thread for each member, so that one who takes nothing, as behind a cut cable, does
 * not hold up what is for the others: with one thread for all, two nodes took each other for dead
 * while a third was away. JGroups' own lets the threads of members that left wait for ever; these
 * end when what they have left to send is likely sent.
 */
public final class MemberBundler extends PerDestinationBundler {

  private static final long LINGER_MILLIS = 2_000;

  private final Set<SendBuffer> left = ConcurrentHashMap.newKeySet();

  /** Public, as JGroups makes it by its name. */
  public MemberBundler() {}

  @Override
  public void viewChange(View view) {
    Set<SendBuffer> leaving = new HashSet<>(dests.values());
    super.viewChange(view);
    leaving.removeAll(dests.values());
    if (!leaving.isEmpty()) {
      left.addAll(leaving);
      var unused =
          transport.getTimer().schedule(() -> end(leaving), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void stop() {
    super.stop();
    end(Set.copyOf(left));
  }

  private void end(Collection<SendBuffer> buffers) {
    buffers.forEach(SendBuffer::stop);
    left.removeAll(buffers);
  }
}
