package io.purpledb.config.setting;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A time, in milliseconds: a number with a unit, or of seconds.
 *
 * @param min the shortest, in milliseconds
 * @param max the longest, in milliseconds
 */
record Time(long min, long max) implements Kind<Long> {

  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m|h)?");
  private static final long SECOND = 1_000;
  private static final Map<String, Long> UNITS =
      Map.of("ms", 1L, "s", SECOND, "m", 60 * SECOND, "h", 3_600 * SECOND);

  @Override
  public String placeholder() {
    return "TIME";
  }

  @Override
  public String expected() {
    return show(min) + " to " + show(max) + ", in seconds or with ms, s, m, h as in 500ms";
  }

  @Override
  public @Nullable Long read(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      return null;
    }
    String unit = time.group(2) == null ? "s" : time.group(2);
    long millis = Long.parseLong(time.group(1)) * UNITS.getOrDefault(unit, SECOND);
    return millis < min || millis > max ? null : millis;
  }

  @Override
  public String show(Long millis) {
    return millis % SECOND == 0 ? millis / SECOND + "s" : millis + "ms";
  }
}
