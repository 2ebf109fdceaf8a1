package io.purpledb.cluster.membership;

import io.purpledb.config.Member;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.TCPPING;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.Responses;

/**
 * Asks the members where they are, with names resolved anew each time: a pod has another address
 * after each start, and a name that cannot be resolved yet is one of a member that is not there.
 */
public final class MemberPing extends TCPPING {

  /** Any number that no protocol of JGroups has. */
  private static final short PROTOCOL_ID = 1_970;

  static {
    ClassConfigurator.addProtocol(PROTOCOL_ID, MemberPing.class);
  }

  private final List<Member> members;

  MemberPing(List<Member> members) {
    this.members = List.copyOf(members);
    return_entire_cache = true; // the first of the nodes may be a guest, whose port nobody knows
    resolve();
  }

  /** Guests listen on any port. */
  @Override
  public boolean isDynamic() {
    return true;
  }

  @Override
  public void findMembers(List<Address> known, boolean initial, Responses responses) {
    resolve();
    super.findMembers(known, initial, responses);
  }

  private void resolve() {
    List<PhysicalAddress> addresses = new ArrayList<>();
    for (Member member : members) {
      try {
        addresses.add(new IpAddress(InetAddress.getByName(member.host()), member.membershipPort()));
      } catch (UnknownHostException e) {
        log.debug("%s: no address yet", member);
      }
    }
    initial_hosts = addresses;
    initial_hosts_set_programmatically = true;
  }
}
