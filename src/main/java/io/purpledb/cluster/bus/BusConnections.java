package io.purpledb.cluster.bus;

import io.purpledb.net.RareWarning;
import java.lang.System.Logger;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections to the port of the event bus, and what they hold of messages that are not whole
 * yet. Where there are too many, or too much is held, the one that lets wait longest gives way:
 * nodes send their first message at once, and each without a pause. Thread-safe.
 */
final class BusConnections {

  static final Logger LOG = System.getLogger(BusConnections.class.getName());

  private final BusLimits limits;
  private final RareWarning closures = new RareWarning(LOG);
  private final RareWarning refusals = new RareWarning(LOG);

  /** In the order in which they came. */
  private final Set<BusConnection> open = new LinkedHashSet<>();

  /** Those that hold something, in the order in which those messages began. */
  private final Set<BusConnection> holding = new LinkedHashSet<>();

  private long heldBytes;

  BusConnections(BusLimits limits) {
    this.limits = limits;
  }

  /** Lets a connection in, if need be in place of one that has sent no message; false if not. */
  synchronized boolean enter(BusConnection connection) {
    Predicate<BusConnection> sameAddress = other -> other.address().equals(connection.address());
    boolean admitted =
        makePlace(sameAddress, limits.maxOfAddress(), "of that address")
            && makePlace(other -> true, limits.maxConnections(), "in all");
    if (admitted) {
      open.add(connection);
    } else {
      refusals.tell(
          "event bus: a connection of {0} is closed: too many are open (expected: at most {1}, {2} of an address)",
          connection.address(), limits.maxConnections(), limits.maxOfAddress());
    }
    return admitted;
  }

  private boolean makePlace(Predicate<BusConnection> among, int max, String of) {
    if (open.stream().filter(among).count() < max) {
      return true;
    }
    @Nullable BusConnection silent =
        open.stream().filter(among).filter(BusConnection::isSilent).findFirst().orElse(null);
    if (silent == null) {
      return false;
    }
    close(silent, "it has sent no message, and %d %s are open".formatted(max, of));
    return true;
  }

  /** Forgets a connection that is closed, or is about to be. */
  synchronized void leave(BusConnection connection) {
    holding.remove(connection);
    heldBytes -= connection.heldBytes;
    connection.heldBytes = 0;
    open.remove(connection);
  }

  /**
   * Notes what a connection holds; those that hold something longest are closed until all of it has
   * room.
   *
   * @param bytes of a message that is not whole yet
   * @param another whether that message is another one than before
   */
  synchronized void hold(BusConnection connection, int bytes, boolean another) {
    if (!open.contains(connection)) {
      return; // it is being closed
    }
    heldBytes += bytes - connection.heldBytes;
    connection.heldBytes = bytes;
    if (another || bytes == 0) {
      holding.remove(connection);
    }
    if (bytes > 0) {
      holding.add(connection);
    }
    while (heldBytes > limits.roomBytes()) {
      close(
          holding.iterator().next(),
          "messages that are not whole take %d bytes (expected: at most %d)"
              .formatted(heldBytes, limits.roomBytes()));
    }
  }

  /** Closes a connection and says so, in one line at most. */
  void close(BusConnection connection, String reason) {
    leave(connection);
    if (connection.end()) {
      closures.tell("event bus: a connection of {0} is closed: {1}", connection.address(), reason);
    }
  }
}
