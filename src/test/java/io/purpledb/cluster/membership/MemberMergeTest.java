package io.purpledb.cluster.membership;

import io.purpledb.cluster.bus.NodeName;
import io.purpledb.config.Member;
import io.purpledb.support.client.Await;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.JChannel;
import org.jgroups.View;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.protocols.SHARED_LOOPBACK_PING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MemberMergeTest {

  private static final long OFTEN_MILLIS = 200;
  private static final long SELDOM_MILLIS = 3_600_000;

  private final List<JChannel> channels = new ArrayList<>();

  @AfterEach
  void close() {
    channels.forEach(JChannel::close);
  }

  @Test
  void whoMissesNobodyLooksForOthersSeldom() throws Exception {
    List<Member> members = members(2);
    JChannel first = join(members, 0, 1);
    Await.until(() -> !merge(first).isSeldom());
    JChannel second = join(members, 1, 2);
    Await.until(() -> merge(first).isSeldom() && merge(second).isSeldom());
    second.disconnect();
    Await.until(() -> !merge(first).isSeldom());
  }

  /** The one with the least address asks the others to merge, and has to have heard of them. */
  @Test
  void whoSeesAllAnswersTheOneThatDoesNot() throws Exception {
    List<Member> members = members(3);
    JChannel first = join(members, 0, 2);
    JChannel second = join(members, 1, 3);
    JChannel alone = join(members, 2, 1);
    List<JChannel> all = List.of(first, second, alone);
    Await.until(() -> all.stream().allMatch(each -> merge(each).isSeldom()));
    GMS membership = alone.getProtocolStack().findProtocol(GMS.class);
    membership.installView(View.create(alone.getAddress(), 100, alone.getAddress()));
    Await.until(() -> all.stream().allMatch(each -> each.getView().getViewId().getId() > 100));
    Await.until(() -> all.stream().allMatch(each -> each.getView().size() == all.size()));
  }

  private static List<Member> members(int count) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(new Member("127.0.0.1", 20_000 + i));
    }
    return members;
  }

  private static MemberMerge merge(JChannel channel) {
    return channel.getProtocolStack().findProtocol(MemberMerge.class);
  }

  private JChannel join(List<Member> members, int self, int address) throws Exception {
    GMS membership = new GMS().setJoinTimeout(500);
    membership.printLocalAddress(false);
    JChannel channel =
        new JChannel(
            new SHARED_LOOPBACK(),
            new SHARED_LOOPBACK_PING(),
            new MemberMerge(members, OFTEN_MILLIS, SELDOM_MILLIS),
            new NAKACK2(),
            new UNICAST3(),
            new STABLE(),
            membership);
    channels.add(channel);
    channel.setName(NodeName.of(members.get(self)));
    channel.addAddressGenerator(() -> new UUID(0, address));
    return channel.connect("merge");
  }
}
