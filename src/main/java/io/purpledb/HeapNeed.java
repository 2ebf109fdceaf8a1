package io.purpledb;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Config;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * The heap that the disk backend needs for values as large as they may be: 64 MiB and five times
 * {@code max-value-bytes}, and 96 MiB in any case. With less a server starts and says so: it may
 * never be sent such a value.
 */
final class HeapNeed {

  private static final long MIB = 1 << 20;
  private static final long REST = 64 * MIB;
  private static final long LEAST = 96 * MIB;
  private static final int TIMES = 5;

  private HeapNeed() {}

  /** Logs one line when the heap of this process is too small for what is configured. */
  static void warn(Config config) {
    if (Runtime.getRuntime().maxMemory() >= bytes(config)) {
      return; // that is never more than the whole heap, which takes a while to be asked for
    }
    String warning = warning(config, heapBytes());
    if (warning != null) {
      Logger log = System.getLogger(HeapNeed.class.getName());
      log.log(Level.WARNING, warning);
    }
  }

  /** What is wrong with a heap of a size; null when it is large enough. */
  static @Nullable String warning(Config config, long heapBytes) {
    long needed = bytes(config);
    return heapBytes >= needed
        ? null
        : "heap: %d MiB, and max-value-bytes is %d (expected: at least %d MiB, which is 64 MiB and"
                .formatted(heapBytes / MIB, config.maxValueBytes(), mib(needed))
            + " 5 times max-value-bytes for the disk backend, and at least 96 MiB: set -Xmx%dm, or a"
                .formatted(mib(needed))
            + " smaller max-value-bytes); large values may be refused or use up the memory";
  }

  private static long mib(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }

  /** What a server needs; 0 when it keeps nothing on disk. */
  private static long bytes(Config config) {
    ClusterConfig cluster = config.cluster();
    boolean isOwner = cluster == null || cluster.self().equals(cluster.diskOwner());
    return config.uses("disk") && isOwner
        ? Math.max(LEAST, REST + (long) TIMES * config.maxValueBytes())
        : 0;
  }

  /** As -Xmx says; the Runtime leaves out what a collector keeps free. */
  private static long heapBytes() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return jvm == null
        ? Runtime.getRuntime().maxMemory()
        : Long.parseLong(jvm.getVMOption("MaxHeapSize").getValue());
  }
}
