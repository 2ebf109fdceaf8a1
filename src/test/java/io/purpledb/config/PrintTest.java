package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.setting.Setting;
import io.purpledb.support.TestConfigs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed instead of starting a server. */
class PrintTest {

  @TempDir private Path directory = Path.of("");

  @Test
  void checkConfigShowsWhatIsInForceAndWhereItComesFrom() {
    CommandLineInput ask =
        CommandLineInput.with(
                "--check-config --http-port 0 --kv-backend memory --data-dir /var/lib/purple")
            .and("PURPLE_MAX_VALUE_BYTES", "1000")
            .and("PURPLE_GRPC_BACKEND", "redis")
            .and("PURPLE_CACHE_BACKEND", "disk")
            .andFile(directory, "\nredis-url: rediss://purple:secret@redis:6379\n");

    assertThat(ask.print())
        .isEqualTo(
            """
            configuration is valid
              http-port: 0 (--http-port)
              grpc-port: 8081 (default)
              host: 0.0.0.0 (default)
              backend: redis (PURPLE_GRPC_BACKEND)
            BACKENDS\
              data-dir: /var/lib/purple (--data-dir)
              durability: fsync (default)
              redis-url: rediss://purple:***@redis:6379 (FILE:2: redis-url)
              redis-layout: auto (default)
              max-value-bytes: 1000B (PURPLE_MAX_VALUE_BYTES)
              cache-max-bytes: 64MiB (default)
              request-timeout-ms: 10000 (default)
              max-in-flight: 4096 (default)
              memory-budget: 40% (default)
              max-in-flight-bytes: 8% (default)
              max-header-bytes: 32KiB (default)
              max-connections: 10000 (default)
              max-connections-per-address: 5000 (default)
              header-timeout-ms: 75000 (default)
              idle-timeout: 75s (default)
              drain-time: 1s (default)
              allowed-hosts: none (default)
              cors-origins: none (default)
              cluster: false (default)
              debug: false (default)
            """
                .replace("FILE", ask.file().toString())
                .replace("BACKENDS", backends()));
  }

  /** Two services have their own. */
  private static String backends() {
    StringBuilder lines = new StringBuilder();
    for (String service : TestConfigs.SERVICES) {
      String inForce =
          switch (service) {
            case "cache" -> "disk (PURPLE_CACHE_BACKEND)";
            case "kv" -> "memory (--kv-backend)";
            default -> "redis (as backend)";
          };
      lines.append("  %s-backend: %s\n".formatted(service, inForce));
    }
    return lines.toString();
  }

  @Test
  void checkConfigShowsTheCluster() {
    assertThat(
            CommandLineInput.with("--check-config --cluster --cluster-self 127.0.0.1:7810").print())
        .contains(
            """
              cluster: true (--cluster)
              cluster-members: 127.0.0.1:7800,127.0.0.1:7810,127.0.0.1:7820 (default)
              cluster-self: 127.0.0.1:7810 (--cluster-self)
              cluster-disk-owner: 127.0.0.1:7800 (the first of cluster-members)
              debug: false (default)
            """);
  }

  @Test
  void checkConfigLeavesOutWhatDoesNotMatter() {
    assertThat(CommandLineInput.with("grpc --port 1 --backend redis --check-config").print())
        .contains("grpc-port: 1 (--port)\n")
        .doesNotContain("http-port", "cache-max-bytes");
  }

  @Test
  void checkConfigFailsLikeAStart() {
    assertThat(CommandLineInput.with("--check-config --http-port 8081").failure())
        .isEqualTo("--http-port: 8081 (expected: another port than grpc-port)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "http --help", "-Vh", "-hV"})
  void helpExplainsEverySettingAlsoWhenTheEnvironmentIsWrong(String arguments) {
    String help = CommandLineInput.with(arguments).and("PURPLE_BAKEND", "x").print();

    assertThat(help).contains("purple [http|grpc] [OPTION]...").contains("-p, --port=PORT");
    assertThat(help).contains("--config=FILE", "--check-config", "-h, --help", "-V, --version");
    for (Setting<?> setting : Setting.all()) {
      assertThat(help).contains("--" + setting.name()).contains(setting.variable() + "]");
      if (setting.defaultText() != null) {
        assertThat(help.replaceAll("\\s+", " ")).contains("default: " + setting.defaultText());
      }
    }
    assertThat(help.lines().filter(line -> line.length() > 100)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void versionIsThatOfTheBuild(String arguments) {
    assertThat(CommandLineInput.with(arguments).print())
        .matches("purple [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n");
  }
}
