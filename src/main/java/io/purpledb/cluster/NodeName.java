package io.purpledb.cluster;

import io.purpledb.config.Member;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The names of nodes among each other: the member with something that differs from start to start,
 * because the cluster cleans up after an ended node while it is back already.
 */
final class NodeName {

  private static final char SEPARATOR = '#';
  private static final String GUEST = "guest";

  private NodeName() {}

  /**
   * A new name.
   *
   * @param self the member; null for a guest
   */
  static String of(@Nullable Member self) {
    String start = UUID.randomUUID().toString().substring(0, 8);
    return (self == null ? GUEST : self.id()) + SEPARATOR + start;
  }

  /** The member's id, or what names a guest. */
  static String withoutStart(String name) {
    int end = name.lastIndexOf(SEPARATOR);
    return end < 0 || name.startsWith(GUEST) ? name : name.substring(0, end);
  }
}
