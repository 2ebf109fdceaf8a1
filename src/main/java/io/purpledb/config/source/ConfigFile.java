package io.purpledb.config.source;

import io.purpledb.config.StartFailure;
import io.purpledb.config.setting.Given;
import io.purpledb.config.setting.Setting;
import io.purpledb.config.setting.Source;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The settings of a YAML file: flat, under the names of the table. The nodes are read as they are
 * written, before YAML gives them a type: they know their lines, and {@code kv-backend: disk} and
 * {@code data-dir: 2024} are the texts that the user sees.
 */
public final class ConfigFile {

  private static final String EXPECTED = "lines such as http-port: 8080";

  private static final Map<String, Setting<?>> SETTINGS =
      Setting.all().stream()
          .collect(Collectors.toUnmodifiableMap(Setting::name, Function.identity()));

  private final String path;
  private final Map<Setting<?>, Given> settings = new HashMap<>();

  private ConfigFile(String path) {
    this.path = path;
  }

  /**
   * The settings that are given.
   *
   * @param named the file that the user names; null when he names none
   * @param otherwise the file to read then, if it exists
   */
  public static Source settings(@Nullable Given named, Path otherwise) {
    if (named == null && !Files.exists(otherwise)) {
      return new Source(Setting::name, Map.of());
    }
    Given file = named == null ? new Given("config", otherwise.toString()) : named;
    ConfigFile reader = new ConfigFile(file.text());
    reader.read(text(file));
    return new Source(Setting::name, reader.settings);
  }

  private static String text(Given file) {
    try {
      return Files.readString(Path.of(file.text()));
    } catch (IOException | InvalidPathException e) {
      throw StartFailure.wrongSetting(
          file.where(), file.text(), "a file in UTF-8 that can be read");
    }
  }

  private void read(String text) {
    Node root = compose(text);
    if (root == null || root.getTag().equals(Tag.NULL)) { // nothing but comments
      return;
    }
    if (!(root instanceof MappingNode mapping)) {
      throw StartFailure.wrongSetting(at(root), shown(root), EXPECTED);
    }
    for (NodeTuple line : mapping.getValue()) {
      add(line.getKeyNode(), line.getValueNode());
    }
  }

  private @Nullable Node compose(String text) {
    try {
      return new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw StartFailure.wrongSetting(path + ":" + line, e.getProblem(), EXPECTED);
    } catch (YAMLException e) {
      String problem = Objects.requireNonNullElse(e.getMessage(), "not YAML");
      throw StartFailure.wrongSetting(path, problem.lines().findFirst().orElse(""), EXPECTED);
    }
  }

  private void add(Node key, Node value) {
    String name = shown(key);
    Setting<?> setting = SETTINGS.get(name);
    if (setting == null) {
      throw StartFailure.wrongSetting(
          "%s: %s: unknown setting (%s)"
              .formatted(
                  at(key),
                  name,
                  NearestName.hint(name, SETTINGS.keySet(), UnaryOperator.identity())));
    }
    String where = at(key) + ": " + name;
    if (!(value instanceof ScalarNode scalar)) {
      throw StartFailure.wrongSetting(where, shown(value), setting.kind().expected());
    }
    Given before = settings.put(setting, new Given(where, scalar.getValue()));
    if (before != null) {
      throw StartFailure.wrongSetting(
          "%s: given twice (expected: once, as in %s)".formatted(where, before.where()));
    }
  }

  private String at(Node node) {
    return path + ":" + (node.getStartMark().getLine() + 1);
  }

  private static String shown(Node node) {
    return switch (node.getNodeId()) {
      case scalar -> ((ScalarNode) node).getValue();
      case sequence -> "a list";
      default -> "a mapping";
    };
  }
}
