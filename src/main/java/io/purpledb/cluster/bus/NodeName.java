package io.purpledb.cluster.bus;

import io.purpledb.config.Member;
import java.util.UUID;
import org.infinispan.remoting.transport.Address;
import org.infinispan.remoting.transport.TopologyAwareAddress;
import org.infinispan.remoting.transport.jgroups.JGroupsAddressCache;
import org.jspecify.annotations.Nullable;

/**
 * The names of nodes among each other: the member with something that differs from start to start,
 * because the cluster cleans up after an ended node while it is back already. A node has its name
 * as the id of its machine, which is a part of its address; what JGroups calls the name of an
 * address is told apart from it, and may come after the address.
 */
public final class NodeName {

  private static final char SEPARATOR = '#';
  private static final String GUEST = "guest";

  private NodeName() {}

  /**
   * A new name.
   *
   * @param self the member; null for a guest
   */
  public static String of(@Nullable Member self) {
    String start = UUID.randomUUID().toString().substring(0, 8);
    return (self == null ? GUEST : self.id()) + SEPARATOR + start;
  }

  /** The member's id, or what names a guest. */
  public static String withoutStart(String name) {
    int end = name.lastIndexOf(SEPARATOR);
    return end < 0 || name.startsWith(GUEST) ? name : name.substring(0, end);
  }

  /** The name of the node with an address of JGroups. */
  public static String of(org.jgroups.Address address) {
    return of(JGroupsAddressCache.fromJGroupsAddress(address));
  }

  /** The name of the node with an address of Infinispan. */
  public static String of(Address address) {
    String name = address instanceof TopologyAwareAddress node ? node.getMachineId() : null;
    return name == null ? address.toString() : name;
  }
}
