package io.purpledb.cluster.membership;

import io.purpledb.cluster.bus.NodeName;
import io.purpledb.config.Member;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.PhysicalAddress;
import org.jgroups.View;
import org.jgroups.ViewId;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.MERGE3;
import org.jspecify.annotations.Nullable;

/**
 * Tells others which nodes this one sees, so that two halves find each other. Each time it asks for
 * the addresses of all and tells each, which is half of what membership costs at rest; so who sees
 * every member, whom nobody misses, does it seldom. It still answers a node that sees others than
 * it does, with what it sees.
 */
final class MemberMerge extends MERGE3 {

  private final Set<String> members = new HashSet<>();
  private final long oftenMillis;
  private final long seldomMillis;
  private final AtomicLong answeredNanos;
  private volatile boolean isSeldom;

  /**
   * @param oftenMillis about how often a node tells of itself while a member is missing
   * @param seldomMillis the same with every member in sight
   */
  MemberMerge(List<Member> members, long oftenMillis, long seldomMillis) {
    setId(ClassConfigurator.getProtocolId(MERGE3.class));
    members.forEach(member -> this.members.add(member.id()));
    this.oftenMillis = oftenMillis;
    this.seldomMillis = seldomMillis;
    answeredNanos = new AtomicLong(System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(oftenMillis));
    setMinInterval(oftenMillis / 2).setMaxInterval(oftenMillis);
    setCheckInterval(computeCheckInterval()); // it stays, whatever the intervals become
  }

  /** Whether this node tells of itself seldom now. */
  boolean isSeldom() {
    return isSeldom;
  }

  @Override
  public Object down(Event event) {
    if (event.getType() == Event.VIEW_CHANGE) { // restarts what tells
      isSeldom = hasAll(event.getArg());
      max_interval = isSeldom ? seldomMillis : oftenMillis;
      min_interval = max_interval / 2;
    }
    return super.down(event);
  }

  private boolean hasAll(View view) {
    Set<String> missing = new HashSet<>(members);
    for (Address node : view.getMembers()) {
      missing.remove(NodeName.withoutStart(NodeName.of(node)));
    }
    return missing.isEmpty();
  }

  @Override
  protected void addInfo(
      Address sender,
      @Nullable ViewId viewId,
      @Nullable String name,
      @Nullable PhysicalAddress address) {
    super.addInfo(sender, viewId, name, address);
    View own = view;
    if (isSeldom && viewId != null && own != null && !viewId.equals(own.getViewId())) {
      answer();
    }
  }

  /** At most as often as it would be told while a member is missing: the answer is answered. */
  private void answer() {
    long now = System.nanoTime();
    long last = answeredNanos.get();
    if (now - last >= TimeUnit.MILLISECONDS.toNanos(oftenMillis / 2)
        && answeredNanos.compareAndSet(last, now)) {
      timer.execute(this::sendInfo);
    }
  }
}
