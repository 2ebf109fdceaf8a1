package io.purpledb.config.setting;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A list of names with commas between, in lower case, or {@code none}.
 *
 * @param placeholder as in the help
 * @param pattern what each looks like
 * @param example of a list, for the texts
 */
record Names(String placeholder, Pattern pattern, String example) implements Kind<List<String>> {

  private static final String NONE = "none";
  private static final int MAX = 100;

  private static final String ALL = "*";

  /** A browser leaves it out of an origin. */
  private static final Pattern DEFAULT_PORT =
      Pattern.compile("^(http://.*):80$|^(https://.*):443$");

  private static final String HOST = "[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\\[[0-9a-f:.]+]";

  static Names hosts() {
    return new Names("HOSTS", Pattern.compile(HOST), "purple.localdomain,dev.example.com");
  }

  static Names origins() {
    return new Names(
        "ORIGINS",
        Pattern.compile("[*]|[a-z][a-z0-9+.-]*://(" + HOST + ")(:[0-9]{1,5})?"),
        "https://app.example.com,http://localhost:3000, or * alone for all");
  }

  @Override
  public String expected() {
    return "none, or up to " + MAX + " with commas between, as in " + example;
  }

  @Override
  public @Nullable List<String> read(String text) {
    if (text.equals(NONE)) {
      return List.of();
    }
    List<String> names =
        Arrays.stream(text.toLowerCase(Locale.ROOT).split(",", -1))
            .map(String::strip)
            .map(name -> DEFAULT_PORT.matcher(name).replaceFirst("$1$2"))
            .toList();
    boolean valid =
        names.size() <= MAX && names.stream().allMatch(name -> pattern.matcher(name).matches());
    return valid && (names.size() == 1 || !names.contains(ALL)) ? names : null;
  }

  @Override
  public String show(List<String> names) {
    return names.isEmpty() ? NONE : String.join(",", names);
  }
}
