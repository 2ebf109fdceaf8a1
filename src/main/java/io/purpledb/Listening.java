package io.purpledb;

import io.netty.channel.unix.Errors.NativeIoException;
import io.purpledb.config.Config;
import io.purpledb.config.StartFailure;
import java.net.UnknownHostException;
import java.util.Locale;

/** Where a server listens, and why it cannot, in words. */
final class Listening {

  private Listening() {}

  /** A host and a port as they are in a URL: an address of IPv6 is in brackets. */
  static String authority(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * The failure of a start.
   *
   * @param setting of the port
   */
  static StartFailure failed(String setting, int port, Config config, Throwable cause) {
    return StartFailure.wrongSurroundings(reason(setting, port, config.host(), root(cause)), cause);
  }

  /** The texts are those of the operating system, which both of Netty's transports give. */
  static String reason(String setting, int port, String host, Throwable failure) {
    Throwable cause = root(failure);
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    int number = cause instanceof NativeIoException error ? error.expectedErr() : 0;
    if (cause instanceof UnknownHostException) {
      return "host: %s is not known (expected: an address of this machine, or a name of one)"
          .formatted(host);
    }
    if (number == -Errno.ADDRESS_NOT_AVAILABLE || text.contains("cannot assign")) {
      return "host: %s is no address of this machine (expected: one that it has, or 0.0.0.0 for all)"
          .formatted(host);
    }
    if (number == -Errno.ACCESS_DENIED || text.contains("permission denied")) {
      return "%s: %d on %s is not allowed to this user (expected: a port from 1024, or the right)"
          .formatted(setting, port, host);
    }
    if (number == -Errno.ADDRESS_IN_USE || text.contains("address already in use")) {
      return "%s: %d on %s is taken by another process (expected: a free port)"
          .formatted(setting, port, host);
    }
    return "%s: %d on %s cannot be listened on: %s (expected: a free port of this machine)"
        .formatted(setting, port, host, cause.getMessage());
  }

  /** The innermost cause; but what is said of a name is not that of the question for it. */
  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && !(root instanceof UnknownHostException)) {
      root = root.getCause();
    }
    return root;
  }

  /** Of Linux, which alone has the native transport here. */
  private static final class Errno {
    static final int ACCESS_DENIED = 13;
    static final int ADDRESS_IN_USE = 98;
    static final int ADDRESS_NOT_AVAILABLE = 99;
  }
}
