package io.purpledb.message.bus;

import io.netty.util.concurrent.FastThreadLocal;
import io.purpledb.message.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.impl.OutboundDeliveryContext;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The replies to other nodes of a cluster that wait for their sockets. Vert.x queues them without a
 * bound until it closes the connection of a node that answers no ping, after 4 s. Here they have
 * one, for each node and in all. Thread-safe.
 *
 * <p>Who asked, and when a reply is with its socket, Vert.x knows and does not tell; an interceptor
 * sees the promise of the latter. A change of its version is to be tried with UnreadRepliesTest.
 */
public final class UnreadReplies implements Shareable {

  private static final int SHARE_OF_HEAP = 8;
  private static final long LEAST_BYTES = 16 << 20;

  /** A message, its promise and its place in a queue. */
  private static final int OVERHEAD_BYTES = 1 << 10;

  /** So that there are not many: Vert.x logs a trace for each when their connection ends. */
  private static final int REFUSAL_BYTES = 8 << 10;

  private static final MethodHandle SENDER = sender();
  private static final FastThreadLocal<Reply> SENDING = new FastThreadLocal<>();

  private final long maxBytes;
  private final Map<String, Unread> byNode = new HashMap<>();
  private long usedBytes;

  /**
   * @param maxBytes of all nodes; one may have half of it
   */
  UnreadReplies(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Those of a Vert.x: an eighth of the heap. */
  public static UnreadReplies of(Vertx vertx) {
    LocalMap<String, UnreadReplies> shared = vertx.sharedData().getLocalMap("purple.replies");
    return shared.computeIfAbsent(
        "unread",
        name -> {
          vertx.eventBus().<Object>addOutboundInterceptor(UnreadReplies::watch);
          return new UnreadReplies(
              Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
        });
  }

  /** The node that a message came from; null when it is this one. */
  static @Nullable String node(io.vertx.core.eventbus.Message<?> message) {
    try {
      return message instanceof ClusteredMessage<?, ?> clustered && clustered.isFromWire()
          ? (String) SENDER.invokeExact(clustered)
          : null;
    } catch (Throwable e) {
      throw new IllegalStateException("a getter", e);
    }
  }

  /** The replies that wait, in bytes. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** How many bytes may wait. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Why nothing should be done for a node: three quarters of its share wait; else null. */
  @Nullable Failure refusal(String node) {
    return hasRoom(node, maxBytes / 8, maxBytes)
        ? null
        : refusal(Failure.Kind.BUSY, node, "nothing was done");
  }

  /**
   * Sends a reply; fails as busy when it has no room, and with whatever sending it throws.
   *
   * @param bytes about its size
   * @param reply sends it
   */
  void send(String node, long bytes, Runnable reply) {
    Reply sending = take(node, bytes + OVERHEAD_BYTES, maxBytes);
    if (sending == null) {
      throw refusal(
          Failure.Kind.ANSWER_DROPPED, node, bytes + " bytes more; what was asked for is done");
    }
    sending.send(reply);
  }

  /**
   * Sends a small reply that says that something is not done; a node that does not even read many
   * of these gets none.
   *
   * @param reply sends it
   */
  void sendRefusal(String node, Runnable reply) {
    Reply sending = take(node, REFUSAL_BYTES, maxBytes + maxBytes / 4);
    if (sending != null) {
      sending.send(reply);
    }
  }

  private synchronized @Nullable Reply take(String node, long bytes, long max) {
    if (!hasRoom(node, bytes, max)) {
      return null;
    }
    Unread unread = byNode.computeIfAbsent(node, Unread::new);
    unread.bytes += bytes;
    usedBytes += bytes;
    return new Reply(unread, bytes);
  }

  /** A reply that is larger than all of it finds room when the node has none that waits. */
  private synchronized boolean hasRoom(String node, long bytes, long max) {
    long used = usedBytes(node);
    return used == 0 || (used + bytes <= max / 2 && usedBytes + bytes <= max);
  }

  private long usedBytes(String node) {
    Unread unread = byNode.get(node);
    return unread == null ? 0 : unread.bytes;
  }

  private synchronized void giveBack(Unread unread, long bytes) {
    long back = Math.min(bytes, unread.bytes); // nothing when all were given back
    unread.bytes -= back;
    usedBytes -= back;
    if (unread.bytes == 0) {
      byNode.remove(unread.node, unread);
    }
  }

  /** The connection to a node has ended: of the replies behind one Vert.x does not tell of all. */
  private synchronized void giveAllBack(Unread unread) {
    giveBack(unread, unread.bytes);
  }

  private synchronized Failure refusal(Failure.Kind kind, String node, String what) {
    return new Failure(
        kind,
        "replies: %d bytes wait for %s to read them, %d for all (expected: at most %d and %d): %s"
            .formatted(usedBytes(node), node, usedBytes, maxBytes / 2, maxBytes, what));
  }

  private static void watch(DeliveryContext<Object> context) {
    Reply reply = SENDING.get();
    if (reply == null || !(context instanceof OutboundDeliveryContext<?> outbound)) {
      context.next();
      return;
    }
    SENDING.remove(); // of this message alone
    reply.send(outbound);
  }

  private static MethodHandle sender() {
    try {
      return MethodHandles.privateLookupIn(ClusteredMessage.class, MethodHandles.lookup())
          .findVirtual(ClusteredMessage.class, "getSender", MethodType.methodType(String.class))
          .asType(MethodType.methodType(String.class, ClusteredMessage.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another version of Vert.x", e);
    }
  }

  /** What one node leaves unread, over one connection. */
  private static final class Unread {

    private final String node;
    private long bytes;

    Unread(String node) {
      this.node = node;
    }
  }

  /** One that has room until it is with its socket, or never will be. */
  private final class Reply {

    private final Unread unread;
    private final long bytes;
    private boolean isPassed;
    private @Nullable Throwable thrown;

    Reply(Unread unread, long bytes) {
      this.unread = unread;
      this.bytes = bytes;
    }

    void send(Runnable reply) {
      SENDING.set(this);
      try {
        reply.run();
      } catch (Throwable t) {
        thrown = t;
      } finally {
        SENDING.remove();
      }
      if (thrown != null || !isPassed) {
        giveBack(unread, bytes); // nobody waits for it
      }
      if (thrown instanceof Error error) {
        throw error;
      } else if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
    }

    /** Vert.x would catch what is thrown here, and nobody would be answered. */
    void send(OutboundDeliveryContext<?> outbound) {
      try {
        outbound.next();
        outbound
            .writePromise
            .future()
            .onComplete(sent -> giveBack(unread, bytes), lost -> giveAllBack(unread));
        isPassed = true;
      } catch (Throwable t) {
        thrown = t;
      }
    }
  }
}
