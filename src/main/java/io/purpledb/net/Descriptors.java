package io.purpledb.net;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/** The file descriptors of this process, of which each connection takes one. */
public final class Descriptors {

  /** For files, Redis, other nodes and so on. */
  private static final long OTHER = 200;

  private Descriptors() {}

  /**
   * How many connections a port may have.
   *
   * @param wanted where the process has enough
   * @param parts the port may have one of as many parts of the process's descriptors
   * @return 1 at least
   */
  public static int share(int wanted, int parts) {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    if (system instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
      long part = (unix.getMaxFileDescriptorCount() - OTHER) / parts;
      return (int) Math.max(1, Math.min(wanted, part));
    }
    return wanted;
  }
}
