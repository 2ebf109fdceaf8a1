package io.purpledb.config.source;

import io.purpledb.config.StartFailure;
import io.purpledb.config.setting.Given;
import io.purpledb.config.setting.Setting;
import io.purpledb.config.setting.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The variables {@code PURPLE_*}. An empty one counts as not given. An unknown one is refused, as a
 * misspelt setting would pass unnoticed; but Kubernetes tells every container of the Services
 * beside it, and a Service called purple or purple-http makes variables of our prefix.
 */
public final class Environment {

  private static final String PREFIX = "PURPLE_";
  private static final String CONFIG = "PURPLE_CONFIG";

  /** The launcher's: options of the JVM. */
  private static final String LAUNCHER = "PURPLE_JAVA_OPTS";

  private static final String TESTS = "PURPLE_TEST_";

  private static final Pattern KUBERNETES =
      Pattern.compile(
          "PURPLE_(.+_)?"
              + "(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private static final Pattern KUBERNETES_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

  private static final Map<String, Setting<?>> SETTINGS =
      Setting.all().stream()
          .collect(Collectors.toUnmodifiableMap(Setting::variable, Function.identity()));

  private final Map<String, String> variables = new TreeMap<>();

  public Environment(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX) && !name.equals(LAUNCHER) && isOurs(name, value)) {
            variables.put(name, value);
          }
        });
  }

  /** The file that the environment names; null when it names none. */
  public @Nullable Given configFile() {
    return given(CONFIG);
  }

  /**
   * The settings that are given.
   *
   * @param protocols what is served, as the original's variables are about one protocol
   */
  public Source settings(Set<String> protocols) {
    Map<Setting<?>, Given> settings = new HashMap<>();
    for (String name : variables.keySet()) {
      Setting<?> setting = SETTINGS.get(name);
      Given given = given(name);
      if (setting == null && !name.equals(CONFIG) && !OriginalNames.contains(name)) {
        throw unknown(name);
      }
      if (setting != null && given != null) {
        settings.put(setting, given);
      }
    }
    OriginalNames.addTo(settings, protocols, this::given);
    return new Source(Setting::variable, settings);
  }

  private @Nullable Given given(String name) {
    String value = variables.getOrDefault(name, "");
    return value.isEmpty() ? null : new Given(name, value);
  }

  private static boolean isOurs(String name, String value) {
    boolean kubernetes =
        KUBERNETES.matcher(name).matches()
            || (name.endsWith("_PORT") && KUBERNETES_PORT.matcher(value).matches());
    return !kubernetes && !name.startsWith(TESTS);
  }

  private static StartFailure unknown(String variable) {
    String name = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    List<String> known = new ArrayList<>(List.of("config"));
    Setting.all().forEach(setting -> known.add(setting.name()));
    return StartFailure.wrongSetting(
        "%s: unknown variable (%s)"
            .formatted(variable, NearestName.hint(name, known, Setting::variable)));
  }
}
