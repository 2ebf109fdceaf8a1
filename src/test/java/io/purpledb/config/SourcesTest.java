package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.setting.Setting;
import io.purpledb.support.TestConfigs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where settings come from, and which source decides. */
class SourcesTest {

  /** Two values for each setting that are not its default. */
  /** That they can be read is all that a setting asks. */
  private static final List<String> PEM_FILES =
      Stream.of("pom.xml", "README.md")
          .map(Path::of)
          .map(Path::toAbsolutePath)
          .map(Path::toString)
          .toList();

  private static final Map<String, List<String>> SAMPLES =
      Map.ofEntries(
          Map.entry("http-port", List.of("1111", "2222")),
          Map.entry("grpc-port", List.of("1111", "2222")),
          Map.entry("host", List.of("127.0.0.1", "::1")),
          Map.entry("backend", List.of("memory", "redis")),
          Map.entry("data-dir", List.of("/one", "/two")),
          Map.entry("durability", List.of("process", "async")),
          Map.entry("redis-url", List.of("redis://one:1", "rediss://two:2")),
          Map.entry("redis-layout", List.of("1", "2")),
          Map.entry("max-value-bytes", List.of("1B", "64MiB")),
          Map.entry("cache-max-bytes", List.of("1MiB", "2GiB")),
          Map.entry("request-timeout-ms", List.of("100", "600000")),
          Map.entry("max-in-flight", List.of("1", "1000000")),
          Map.entry("memory-budget", List.of("1%", "64MiB")),
          Map.entry("max-in-flight-bytes", List.of("90%", "1MiB")),
          Map.entry("max-header-bytes", List.of("4KiB", "1MiB")),
          Map.entry("max-connections", List.of("1", "1000000")),
          Map.entry("max-connections-per-address", List.of("1", "1000000")),
          Map.entry("header-timeout-ms", List.of("100", "3600000")),
          Map.entry("idle-timeout", List.of("80s", "1500ms")),
          Map.entry("drain-time", List.of("0s", "600s")),
          Map.entry("allowed-hosts", List.of("a.b,c", "[::2]")),
          Map.entry("cors-origins", List.of("https://a.b:3,http://c", "http://c")),
          Map.entry("cluster", List.of("true", "false")),
          Map.entry("cluster-members", List.of("127.0.0.1:7900", "127.0.0.1:7900,b:1")),
          Map.entry("cluster-self", List.of("127.0.0.1:7800", "127.0.0.1:7810")),
          Map.entry("cluster-disk-owner", List.of("127.0.0.1:7810", "127.0.0.1:7820")),
          Map.entry("cluster-tls-cert", PEM_FILES),
          Map.entry("cluster-tls-key", PEM_FILES),
          Map.entry("cluster-tls-ca", PEM_FILES),
          Map.entry("debug", List.of("true", "true")));

  @TempDir private Path directory = Path.of("");

  static Stream<Setting<?>> settings() {
    return Setting.all().stream().filter(setting -> !setting.equals(Setting.PORT));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void fileEnvironmentAndOptionEachDecideOverTheOneBefore(Setting<?> setting) {
    String name = setting.name();
    List<String> samples =
        TestConfigs.SERVICES.contains(name.replaceFirst("-backend$", ""))
            ? Objects.requireNonNull(SAMPLES.get("backend"))
            : Objects.requireNonNull(SAMPLES.get(name), name);
    CommandLineInput file =
        CommandLineInput.nothing()
            .andFile(directory, "# a comment\n" + name + ": " + samples.get(0));
    CommandLineInput variable = file.and(setting.variable(), samples.get(1));
    CommandLineInput option =
        new CommandLineInput(
            List.of("--" + name + "=" + samples.get(0)), variable.variables(), file.file());

    assertThat(inForce(file, name)).isEqualTo("%s (%s:2: %s)", samples.get(0), file.file(), name);
    assertThat(inForce(variable, name)).isEqualTo("%s (%s)", samples.get(1), setting.variable());
    assertThat(inForce(option, name)).isEqualTo("%s (--%s)", samples.get(0), name);
  }

  /** What else must be given for a setting to matter. */
  private static List<String> withOthers(String name) {
    List<String> others = new ArrayList<>();
    if (name.startsWith("cluster-")) {
      others.add("--cluster");
    }
    if (name.startsWith("cluster-tls-")) {
      Stream.of("cluster-tls-cert", "cluster-tls-key", "cluster-tls-ca")
          .filter(other -> !other.equals(name))
          .forEach(other -> others.add("--" + other + "=pom.xml"));
    }
    return others;
  }

  private static String inForce(CommandLineInput ask, String name) {
    List<String> arguments = new ArrayList<>(ask.arguments());
    arguments.add("--check-config");
    arguments.addAll(withOthers(name));
    String prefix = "  " + name + ": ";
    return new CommandLineInput(arguments, ask.variables(), ask.file())
        .print()
        .lines()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .findFirst()
        .orElse("not shown");
  }

  @Test
  void withoutAnySourceTheDefaultsHold() {
    assertThat(CommandLineInput.nothing().start())
        .isEqualTo(
            new Config(
                Set.of("http", "grpc"),
                "0.0.0.0",
                8080,
                8081,
                TestConfigs.allOn("disk"),
                Path.of("data").toAbsolutePath(),
                Durability.FSYNC,
                "redis://127.0.0.1:6379",
                RedisLayout.AUTO,
                1 << 20,
                64 << 20,
                10_000,
                4096,
                Runtime.getRuntime().maxMemory() / 100 * 40,
                Runtime.getRuntime().maxMemory() / 100 * 8,
                new ServerLimits(32 << 10, 10_000, 5_000, 75_000, 75_000, 1_000, Browsers.NONE),
                null,
                false));
  }

  @Test
  void everySettingReachesTheConfig() {
    Config config =
        CommandLineInput.with(
                "--http-port 0 --grpc-port 0 --host localhost --backend memory --kv-backend disk"
                    + " --set-backend redis --data-dir some/../dir --durability process"
                    + " --redis-url rediss://u:p%40w@[::1]:7000/ --redis-layout 2 --max-value-bytes 3KiB"
                    + " --cache-max-bytes 2097152 --request-timeout-ms 100 --max-in-flight 7"
                    + " --memory-budget 70% --max-in-flight-bytes 5MiB --max-header-bytes 8KiB --max-connections 20"
                    + " --max-connections-per-address 10 --header-timeout-ms 300 --debug"
                    + " --idle-timeout 80500ms --drain-time 0 --allowed-hosts A.example,[::2]"
                    + " --cors-origins https://a:1")
            .start();

    Map<String, String> backends = new HashMap<>(TestConfigs.allOn("memory"));
    backends.putAll(Map.of("kv", "disk", "set", "redis"));
    assertThat(config)
        .isEqualTo(
            new Config(
                Set.of("http", "grpc"),
                "localhost",
                0,
                0,
                backends,
                Path.of("dir").toAbsolutePath(),
                Durability.PROCESS,
                "rediss://u:p%40w@[::1]:7000/",
                RedisLayout.ENTRIES,
                3072,
                2 << 20,
                100,
                7,
                Runtime.getRuntime().maxMemory() / 100 * 70,
                5 << 20,
                new ServerLimits(
                    8 << 10,
                    20,
                    10,
                    300,
                    80_500,
                    0,
                    new Browsers(List.of("a.example", "[::2]"), List.of("https://a:1"))),
                null,
                true));
  }

  @Test
  void aCommandServesOneProtocol() {
    assertThat(CommandLineInput.with("http -p 9000 --backend memory").start())
        .returns(Set.of("http"), Config::protocols)
        .returns(9000, Config::httpPort);
    for (String port : List.of("-p9000", "-p=9000")) {
      assertThat(CommandLineInput.with("http " + port).start()).returns(9000, Config::httpPort);
    }
    assertThat(CommandLineInput.with("--debug grpc --port=9000").start())
        .returns(Set.of("grpc"), Config::protocols)
        .returns(9000, Config::grpcPort)
        .returns(true, Config::debug);
    assertThat(CommandLineInput.with("grpc --debug=false").and("PURPLE_PORT", "9000").start())
        .returns(9000, Config::grpcPort)
        .returns(false, Config::debug);
    assertThat(CommandLineInput.with("http").andFile(directory, "port: 9000").start())
        .returns(9000, Config::httpPort);
  }

  @Test
  void thePortOfTheOneProtocolIsItsPort() {
    assertThat(
            CommandLineInput.with("http --http-port 1").and("PURPLE_PORT", "2").start().httpPort())
        .isEqualTo(1);
    assertThat(
            CommandLineInput.with("http --port 1").and("PURPLE_HTTP_PORT", "2").start().httpPort())
        .isEqualTo(1);
    assertThat(
            CommandLineInput.with("grpc")
                .andVariables("PURPLE_HTTP_PORT=1 PURPLE_GRPC_PORT=2")
                .start())
        .returns(2, Config::grpcPort);
    assertThat(CommandLineInput.with("http --http-port 8081").start().httpPort()).isEqualTo(8081);
  }

  @Test
  void aServiceKeepsItsDataWhereTheStrongestSourceSays() {
    Config config =
        CommandLineInput.with("--backend redis")
            .and("PURPLE_KV_BACKEND", "memory")
            .andFile(directory, "backend: memory\nset-backend: disk\n")
            .start();

    assertThat(config.backend("cache")).isEqualTo("redis");
    assertThat(config.backend("kv")).isEqualTo("memory");
    assertThat(config.backend("set")).isEqualTo("disk");
    assertThat(config.cacheMaxBytes()).as("Redis decides").isZero();
  }

  @Test
  void aNamedFileIsReadInsteadOfTheOneBeside() throws IOException {
    Path one = Files.writeString(directory.resolve("one.yaml"), "host: one");
    Path two = Files.writeString(directory.resolve("two.yaml"), "host: two");
    CommandLineInput beside =
        CommandLineInput.nothing().andFile(directory, "host: beside\nno-such-setting: 1\n");

    CommandLineInput variable = beside.and("PURPLE_CONFIG", one.toString());
    CommandLineInput option =
        new CommandLineInput(
            List.of("--config", two.toString()), variable.variables(), variable.file());

    assertThat(variable.start().host()).isEqualTo("one");
    assertThat(option.start().host()).isEqualTo("two");
  }

  @Test
  void anEmptyVariableAndAFileOfCommentsSayNothing() {
    CommandLineInput ask =
        CommandLineInput.nothing().and("PURPLE_HOST", "").and("PURPLE_CONFIG", "");
    assertThat(ask.andFile(directory, "# host: example\n\n").start())
        .isEqualTo(CommandLineInput.nothing().start());
    assertThat(ask.andFile(directory, "").start()).isEqualTo(CommandLineInput.nothing().start());
    assertThat(ask.andFile(directory, "---\n").start())
        .isEqualTo(CommandLineInput.nothing().start());
  }

  @Test
  void theFileKeepsTextsAsTheyAreWritten() {
    Config config =
        CommandLineInput.nothing()
            .andFile(
                directory,
                """
                %YAML 1.1
                ---
                data-dir: 2024   # not a number
                "host": '::1'
                debug: &yes true
                http-port: "0"
                """)
            .start();

    assertThat(config.dataDir()).isEqualTo(Path.of("2024").toAbsolutePath());
    assertThat(config.host()).isEqualTo("::1");
    assertThat(config.debug()).isTrue();
    assertThat(config.httpPort()).isZero();
  }
}
