package io.purpledb.config.source;

import io.purpledb.config.setting.Given;
import io.purpledb.config.setting.Kind;
import io.purpledb.config.setting.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The variables of the Go original, such as {@code PURPLE_HTTP_BACKEND}: each is about the one
 * protocol that it names. (Its variables of the ports are ours as well.) One server has one
 * backend, so with both protocols served they must not differ; our own variable, which names no
 * protocol, comes first.
 */
final class OriginalNames {

  private static final List<Setting<?>> SETTINGS =
      List.of(Setting.BACKEND, Setting.REDIS_URL, Setting.DEBUG);

  private static final Set<String> ALL =
      SETTINGS.stream()
          .flatMap(setting -> Setting.PROTOCOLS.stream().map(protocol -> name(protocol, setting)))
          .collect(Collectors.toUnmodifiableSet());

  private OriginalNames() {}

  static boolean contains(String variable) {
    return ALL.contains(variable);
  }

  /**
   * Adds what they say about settings that are not given yet.
   *
   * @param protocols the protocols that are served
   * @param lookup what a variable says; null when it is not given
   */
  static void addTo(
      Map<Setting<?>, Given> settings,
      Set<String> protocols,
      Function<String, @Nullable Given> lookup) {
    for (Setting<?> setting : SETTINGS) {
      if (!settings.containsKey(setting)) {
        Setting.PROTOCOLS.stream()
            .filter(protocols::contains)
            .flatMap(protocol -> Stream.ofNullable(lookup.apply(name(protocol, setting))))
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

  private static String name(String protocol, Setting<?> setting) {
    return "PURPLE_"
        + protocol.toUpperCase(Locale.ROOT)
        + setting.variable().substring("PURPLE".length());
  }
}
