package io.purpledb.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The variables of the Go original, such as {@code PURPLE_HTTP_BACKEND}: each is about the one door
 * that it names. (Its variables of the ports are ours as well.) One server has one backend, so with
 * both doors served they must not differ; our own variable, which names no door, comes first.
 */
final class OriginalNames {

  private static final List<Setting<?>> SETTINGS =
      List.of(Setting.BACKEND, Setting.REDIS_URL, Setting.DEBUG);

  private static final Set<String> ALL =
      SETTINGS.stream()
          .flatMap(setting -> Setting.DOORS.stream().map(door -> name(door, setting)))
          .collect(Collectors.toUnmodifiableSet());

  private OriginalNames() {}

  static boolean contains(String variable) {
    return ALL.contains(variable);
  }

  /**
   * Adds what they say about settings that are not given yet.
   *
   * @param doors the doors that are served
   * @param lookup what a variable says; null when it is not given
   */
  static void addTo(
      Map<Setting<?>, Given> settings,
      Set<String> doors,
      Function<String, @Nullable Given> lookup) {
    for (Setting<?> setting : SETTINGS) {
      if (!settings.containsKey(setting)) {
        Setting.DOORS.stream()
            .filter(doors::contains)
            .flatMap(door -> Stream.ofNullable(lookup.apply(name(door, setting))))
            .reduce((first, second) -> same(setting, first, second))
            .ifPresent(given -> settings.put(setting, given));
      }
    }
  }

  private static Given same(Setting<?> setting, Given first, Given second) {
    Kind<?> kind = setting.kind();
    if (!first.read(kind).equals(second.read(kind))) {
      throw second.wrong(kind, "the same as " + first.where() + ", or " + setting.variable());
    }
    return first;
  }

  private static String name(String door, Setting<?> setting) {
    return "PURPLE_"
        + door.toUpperCase(Locale.ROOT)
        + setting.variable().substring("PURPLE".length());
  }
}
