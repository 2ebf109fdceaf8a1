package io.purpledb.config.setting;

import io.purpledb.config.StartFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * One source of settings: the command line, the environment or the file.
 *
 * @param naming how the user writes a setting there
 * @param given what he gave, all of it readable
 */
public record Source(Function<Setting<?>, String> naming, Map<Setting<?>, Given> given) {

  public Source {
    given = Map.copyOf(given);
    for (Setting<?> setting :
        Setting.all()) { // in this order, so that of two failures one is first
      Given value = given.get(setting);
      if (value != null) {
        value.read(setting.kind());
      }
    }
  }

  /**
   * The same with the setting {@code port} turned into the port of the one protocol that is served.
   * Two ports for it that differ are refused.
   */
  Source withoutPort(Set<String> protocols) {
    Given port = given.get(Setting.PORT);
    if (port == null) {
      return this;
    }
    if (protocols.size() > 1) {
      throw StartFailure.wrongSetting(
          "%s: only with the command http or grpc (expected: %s and %s)"
              .formatted(
                  port.where(), naming.apply(Setting.HTTP_PORT), naming.apply(Setting.GRPC_PORT)));
    }
    Setting<Long> own = Setting.portOf(protocols.iterator().next());
    Given other = given.getOrDefault(own, port);
    if (!other.read(own.kind()).equals(port.read(own.kind()))) {
      throw port.wrong(Setting.PORT.kind(), "%s as %s".formatted(other.text(), other.where()));
    }
    Map<Setting<?>, Given> turned = new LinkedHashMap<>(given);
    turned.remove(Setting.PORT);
    turned.put(own, port);
    return new Source(naming, turned);
  }
}
