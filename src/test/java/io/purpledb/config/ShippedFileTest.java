package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.setting.Setting;
import io.purpledb.support.TestConfigs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** conf/purple.yaml says what the table says. */
class ShippedFileTest {

  private static final Path FILE = Path.of("conf", "purple.yaml");
  private static final int WIDTH = 100;

  private static final String HEAD =
      """
      # The settings of Purple, each with its default: to change one, remove the "# " before it.
      #
      # This file is read as conf/purple.yaml in the working directory, or where --config FILE or the
      # variable PURPLE_CONFIG says. An option (--http-port) beats its environment variable
      # (PURPLE_HTTP_PORT), which beats this file. "--check-config" checks all and shows what is in
      # force. <service> stands for the name of a service, as in kv-backend.
      """;

  @TempDir private Path directory = Path.of("");

  @Test
  void isTheTable() throws IOException {
    assertThat(Files.readString(FILE))
        .as("%s is not as the table of settings", FILE)
        .isEqualTo(expected());
  }

  /** What it does not explain one by one is what its paragraph says with the name of a service. */
  @Test
  void explainsEverySettingOfTheTable() {
    List<Setting<?>> expanded = new ArrayList<>();
    for (Setting<?> setting : Setting.explained()) {
      if (setting.name().contains("<service>")) {
        TestConfigs.SERVICES.forEach(service -> expanded.add(of(service, setting)));
      } else {
        expanded.add(setting);
      }
    }
    assertThat(expanded).isEqualTo(Setting.all());
  }

  private static <T> Setting<T> of(String service, Setting<T> each) {
    return new Setting<>(
        each.name().replace("<service>", service),
        each.kind(),
        each.defaultText(),
        each.description().replace("<service>", service));
  }

  @Test
  void travelsInTheJar() throws IOException {
    try (InputStream in = Setting.class.getResourceAsStream("/conf/purple.yaml")) {
      byte[] bytes = Objects.requireNonNull(in, "not on the class path").readAllBytes();
      assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(expected());
    }
  }

  @Test
  void changesNothing() {
    assertThat(
            new CommandLineInput(
                    CommandLineInput.nothing().arguments(),
                    CommandLineInput.nothing().variables(),
                    FILE)
                .start())
        .isEqualTo(CommandLineInput.nothing().start());
  }

  @Test
  void withItsCommentsRemovedGivesTheDefaults() throws IOException {
    String text = Files.readString(FILE).replaceAll("(?m)^# ([a-z-]+: )", "$1");
    assertThat(text.lines().filter(line -> !line.startsWith("#")))
        .filteredOn(line -> !line.isEmpty())
        .hasSize((int) Setting.all().stream().filter(s -> s.defaultText() != null).count());
    assertThat(CommandLineInput.nothing().andFile(directory, text).start())
        .isEqualTo(CommandLineInput.nothing().start());
  }

  private static String expected() {
    StringBuilder text = new StringBuilder(HEAD);
    for (Setting<?> setting : Setting.explained()) {
      String byDefault = setting.defaultText();
      text.append('\n').append(comment(setting.description()));
      text.append(comment("Value: " + setting.kind().expected() + "."));
      text.append("# " + setting.name() + ":" + (byDefault == null ? "" : " " + byDefault) + "\n");
    }
    return text.toString();
  }

  /** Comment lines of at most the width. */
  private static String comment(String text) {
    StringBuilder lines = new StringBuilder();
    String line = "#";
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        lines.append(line).append('\n');
        line = "#";
      }
      line += " " + word;
    }
    return lines.append(line).append('\n').toString();
  }
}
