package io.purpledb.config.setting;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An amount of memory: a number of bytes, or a share of the largest heap that the JVM may have.
 *
 * @param text as it was given: {@code 40%} or {@code 512MiB}
 * @param percent the share; 0 when the amount is fixed
 * @param fixedBytes the amount; 0 when it is a share
 */
record HeapShare(String text, int percent, long fixedBytes) {

  private static final long MIB = 1 << 20;
  private static final int MOST_PERCENT = 90;

  /** The amount in bytes, with this JVM's heap. */
  long bytes() {
    return percent == 0 ? fixedBytes : Runtime.getRuntime().maxMemory() / 100 * percent;
  }

  /** A share in percent, or a size from 1 MiB on. */
  record OfHeap() implements Kind<HeapShare> {

    private static final Pattern SHARE = Pattern.compile("([0-9]{1,2})%");
    private static final Kind.Size SIZE = new Kind.Size(MIB, MIB * MIB);

    @Override
    public String placeholder() {
      return SIZE.placeholder();
    }

    @Override
    public String expected() {
      return "1%% to %d%% of the heap, or %s".formatted(MOST_PERCENT, SIZE.expected());
    }

    @Override
    public @Nullable HeapShare read(String text) {
      Matcher share = SHARE.matcher(text);
      if (share.matches()) {
        int percent = Integer.parseInt(share.group(1));
        return percent < 1 || percent > MOST_PERCENT ? null : new HeapShare(text, percent, 0);
      }
      Long bytes = SIZE.read(text);
      return bytes == null ? null : new HeapShare(text, 0, bytes);
    }

    @Override
    public String show(HeapShare share) {
      return share.text();
    }
  }
}
