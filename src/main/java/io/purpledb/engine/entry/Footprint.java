package io.purpledb.engine.entry;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * How much of the heap data takes, in bytes: an estimate from the layout of objects on a 64-bit
 * HotSpot with compressed references, within a quarter of what is measured. Each figure is rounded
 * up to the 8 bytes that objects are aligned to.
 */
public final class Footprint {

  /** An entry of a hash map: its node (32) and its part of the table (4 to 8, as it fills). */
  public static final int ENTRY = 40;

  /** A set: the object (32) and the header of its array (16). */
  public static final int SET = 48;

  /** A set's reference to an item, with room for what a changed set copies. */
  public static final int REFERENCE = 8;

  private static final int STRING = 24;
  private static final int ARRAY_HEADER = 16;
  private static final long ALIGNMENT = 8;

  /** 0 when the collector has no regions. */
  private static final long REGION = region();

  private Footprint() {}

  /** A text: one byte a character when all are of Latin-1, else two. */
  public static long text(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) > 0xff) {
        return STRING + array(2L * length);
      }
    }
    return STRING + array(length);
  }

  /** A text that is kept as the bytes of its UTF-8. */
  public static long bytes(int length) {
    return STRING + array(length);
  }

  /**
   * An array of bytes. G1 gives an array of half a region or more whole regions of its own, so that
   * 1 MiB and its header take 2 MiB of a small heap.
   */
  public static long array(long bytes) {
    return array(bytes, REGION);
  }

  static long array(long bytes, long region) {
    long size = roundUp(ARRAY_HEADER + bytes, ALIGNMENT);
    return region != 0 && size >= region / 2 ? roundUp(size, region) : size;
  }

  private static long roundUp(long bytes, long unit) {
    return (bytes + unit - 1) / unit * unit;
  }

  private static long region() {
    try {
      HotSpotDiagnosticMXBean vm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return vm != null && Boolean.parseBoolean(vm.getVMOption("UseG1GC").getValue())
          ? Long.parseLong(vm.getVMOption("G1HeapRegionSize").getValue())
          : 0;
    } catch (IllegalArgumentException e) {
      return 0; // a JVM without G1
    }
  }
}
