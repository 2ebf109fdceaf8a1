package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.setting.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables that others made: Kubernetes and the users of the original. */
class EnvironmentTest {

  /** What the kubelet sets for a Service with one port that has a name. */
  private static CommandLineInput besideService(String prefix, int port) {
    String address = "tcp://10.96.0.7:" + port;
    String numbered = prefix + "_PORT_" + port + "_TCP";
    return CommandLineInput.nothing()
        .and(prefix + "_SERVICE_HOST", "10.96.0.7")
        .and(prefix + "_SERVICE_PORT", String.valueOf(port))
        .and(prefix + "_SERVICE_PORT_HTTP_WEB", String.valueOf(port))
        .and(prefix + "_PORT", address)
        .and(numbered, address)
        .and(numbered + "_PROTO", "tcp")
        .and(numbered + "_PORT", String.valueOf(port))
        .and(numbered + "_ADDR", "10.96.0.7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PURPLE", "PURPLE_HTTP", "PURPLE_GRPC", "PURPLE_REDIS", "PURPLE_2_REDIS_MAIN"})
  void theServicesOfKubernetesAreNotSettings(String prefix) {
    CommandLineInput ask = besideService(prefix, 1234);
    assertThat(ask.start()).isEqualTo(CommandLineInput.nothing().start());
    assertThat(
            new CommandLineInput(
                    CommandLineInput.with("http").arguments(), ask.variables(), ask.file())
                .start())
        .isEqualTo(CommandLineInput.with("http").start());
  }

  @Test
  void besideTheServicesOfKubernetesSettingsWork() {
    CommandLineInput ask = besideService("PURPLE", 1234).and("PURPLE_HTTP_PORT", "9000");
    assertThat(ask.start().httpPort()).isEqualTo(9000);
    assertThat(ask.and("PURPLE_SERVICE_HOSTS", "x").failure())
        .startsWith("PURPLE_SERVICE_HOSTS: unknown variable");
    assertThat(ask.and("PURPLE_PORT_X_TCP", "x").failure())
        .startsWith("PURPLE_PORT_X_TCP: unknown variable");
  }

  @Test
  void variablesOfOthersAreNotLookedAt() {
    assertThat(
            CommandLineInput.nothing()
                .andVariables("PURPLE=1 PURPLEX=1 purple_host=x PORT=1 PURPLE_TEST_REDIS_URL=x")
                .start())
        .isEqualTo(CommandLineInput.nothing().start());
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          http | PURPLE_HTTP_BACKEND=memory                              | memory
          grpc | PURPLE_HTTP_BACKEND=memory                              | disk
          grpc | PURPLE_GRPC_BACKEND=memory PURPLE_HTTP_BACKEND=redis    | memory
          http | PURPLE_HTTP_BACKEND=memory PURPLE_GRPC_BACKEND=anything | memory
          both | PURPLE_HTTP_BACKEND=memory                              | memory
          both | PURPLE_GRPC_BACKEND=memory                              | memory
          both | PURPLE_HTTP_BACKEND=memory PURPLE_GRPC_BACKEND=memory   | memory
          both | PURPLE_HTTP_BACKEND=memory PURPLE_GRPC_BACKEND=         | memory
          both | PURPLE_BACKEND=redis PURPLE_GRPC_BACKEND=memory         | redis
          both | PURPLE_BACKEND=redis PURPLE_HTTP_BACKEND=memory PURPLE_GRPC_BACKEND=disk | redis
          """)
  void aVariableOfTheOriginalIsAboutItsProtocol(
      String protocols, String variables, String backend) {
    CommandLineInput ask =
        protocols.equals("both") ? CommandLineInput.nothing() : CommandLineInput.with(protocols);
    assertThat(ask.andVariables(variables).start().backend("kv")).isEqualTo(backend);
  }

  @Test
  void allVariablesOfTheOriginalWork() {
    Config config =
        CommandLineInput.nothing()
            .andVariables("PURPLE_HTTP_PORT=9000 PURPLE_HTTP_BACKEND=redis PURPLE_HTTP_DEBUG=1")
            .andVariables("PURPLE_GRPC_PORT=9001 PURPLE_GRPC_BACKEND=redis PURPLE_GRPC_DEBUG=true")
            .and("PURPLE_HTTP_REDIS_URL", "redis://one")
            .and("PURPLE_GRPC_REDIS_URL", "redis://one")
            .start();

    assertThat(config)
        .returns(9000, Config::httpPort)
        .returns(9001, Config::grpcPort)
        .returns("redis", c -> c.backend("set"))
        .returns("redis://one", Config::redisUrl)
        .returns(true, Config::debug);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PURPLE_HTTP_BACKEND=x                                     | PURPLE_HTTP_BACKEND: x (expected: BACKENDS)
          PURPLE_HTTP_BACKEND=disk PURPLE_GRPC_BACKEND=memory       | PURPLE_GRPC_BACKEND: memory (expected: the same as PURPLE_HTTP_BACKEND, or PURPLE_BACKEND)
          PURPLE_HTTP_DEBUG=true PURPLE_GRPC_DEBUG=false            | PURPLE_GRPC_DEBUG: false (expected: the same as PURPLE_HTTP_DEBUG, or PURPLE_DEBUG)
          PURPLE_HTTP_REDIS_URL=redis://a PURPLE_GRPC_REDIS_URL=redis://b | PURPLE_GRPC_REDIS_URL: redis://b (expected: the same as PURPLE_HTTP_REDIS_URL, or PURPLE_REDIS_URL)
          PURPLE_HTTP_DATA_DIR=x                                    | PURPLE_HTTP_DATA_DIR: unknown variable (--help lists what there is)
          """)
  void variablesOfTheOriginalThatDoNotFit(String variables, String line) {
    assertThat(CommandLineInput.nothing().andVariables(variables).failure())
        .isEqualTo(line.replace("BACKENDS", Setting.BACKEND.kind().expected()));
  }
}
