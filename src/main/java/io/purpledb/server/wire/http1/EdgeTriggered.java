package io.purpledb.server.wire.http1;

import io.netty.channel.Channel;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * Keeps a half-closed connection of the native transport alive. Netty 4.2.18 takes a connection of
 * which it wants to know nothing for a moment out of epoll, and does not put it back: the next wish
 * fails (epoll_ctl: no such file), and with it the connection. Before the end of what comes, it
 * always wants to know of that. Told by edges, the wish is never empty; a connection that the
 * client resets is told of once, and not again and again.
 */
final class EdgeTriggered {

  private static final int EPOLLET = 1 << 31;

  private static final ClassValue<Optional<Method>> SET_FLAG =
      new ClassValue<>() {
        @Override
        protected Optional<Method> computeValue(Class<?> type) {
          return find(type);
        }
      };

  private EdgeTriggered() {}

  private static Optional<Method> find(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      try {
        Method found = at.getDeclaredMethod("setFlag", int.class);
        found.setAccessible(true);
        return Optional.of(found);
      } catch (NoSuchMethodException inherited) {
        // a class above has it
      } catch (InaccessibleObjectException hidden) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean isNeeded(Channel channel) {
    return channel.getClass().getSimpleName().startsWith("Epoll");
  }

  /** Whether a connection can be kept alive. */
  static boolean isPossible(Channel channel) {
    return !isNeeded(channel) || SET_FLAG.get(channel.getClass()).isPresent();
  }

  /** Keeps it alive; on its event loop, as soon as what comes has ended. */
  static void keep(Channel channel) {
    if (!isNeeded(channel)) {
      return;
    }
    try {
      SET_FLAG.get(channel.getClass()).orElseThrow().invoke(channel, EPOLLET);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }
}
