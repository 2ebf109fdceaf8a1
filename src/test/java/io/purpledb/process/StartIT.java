package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.client.Await;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ServerProcess;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the packaged server starts, and how it says that it cannot: one line and an exit code. */
class StartIT {

  private static final String[] FREE_PORTS = {
    "--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"
  };

  @Test
  void printsWhatItServes(@TempDir Path directory) {
    try (ServerProcess server = ServerProcess.start(directory, "--cache-backend", "memory")) {
      assertThat(server.output().lines())
          .satisfiesExactly(
              line -> assertThat(line).matches("Purple \\d+\\.\\d+\\.\\d+.*"),
              line -> assertThat(line).matches(" +HTTP +http://127.0.0.1:[1-9]\\d* .*"),
              line -> assertThat(line).matches(" +gRPC +grpc://127.0.0.1:[1-9]\\d*"),
              line ->
                  assertThat(line)
                      .endsWith("cache memory, counter disk, flag disk, kv disk, set disk"),
              line -> assertThat(line).endsWith(directory.resolve("data") + ", durability fsync"),
              line -> assertThat(line).isEqualTo("Ready."));
    }
  }

  @Test
  void printsWhatALayoutOfRedisLacks(@TempDir Path directory) throws IOException {
    try (RedisProcess redis = RedisForTests.start()) {
      String[] options = {"--backend", "redis", "--redis-url", redis.url(), "--redis-layout", ""};
      Path one = Files.createDirectory(directory.resolve("1"));
      options[options.length - 1] = "1";
      try (ServerProcess server = ServerProcess.start(one, options)) {
        assertThat(server.output().lines())
            .contains(
                "  Lacks       redis: several, checks, kinds, versions, descriptions, namespaces,"
                    + " scan, claim, watch (docs/backends.md)");
      }
      Path two = Files.createDirectory(directory.resolve("2"));
      options[options.length - 1] = "2";
      try (ServerProcess server = ServerProcess.start(two, options)) {
        assertThat(server.output()).contains("kv redis").doesNotContain("Lacks");
      }
    }
  }

  /** What a cluster needs costs nobody else memory or time. */
  @Test
  void loadsNothingOfAClusterAlone(@TempDir Path directory) throws IOException {
    Path loaded = directory.resolve("loaded");
    Map<String, String> env = Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + loaded);
    try (ServerProcess server = ServerProcess.launch(directory, env, FREE_PORTS)) {
      server.awaitReady();
      assertThat(Files.readString(loaded))
          .contains("io.purpledb.PurpleServer ")
          .doesNotContain("org.infinispan.", "org.jgroups.", "org.apache.ratis.");
    }
  }

  /** A server that is killed and started again, again and again, fills no disk. */
  @Test
  void leavesNothingInTheTemporaryDirectory(@TempDir Path directory, @TempDir Path temporary) {
    Map<String, String> env = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    try (ServerProcess server = ServerProcess.launch(directory, env, FREE_PORTS).awaitReady()) {
      server.kill();
      assertThat(temporary).isEmptyDirectory();
    }
  }

  @Test
  void doesWithoutTheNativeTransport(@TempDir Path directory) throws Exception {
    Map<String, String> env = Map.of("JAVA_TOOL_OPTIONS", "-Dio.netty.transport.noNative=true");
    try (ServerProcess server = ServerProcess.launch(directory, env, FREE_PORTS).awaitReady();
        ServiceClient http = ServiceClient.http(server.httpPort());
        ServiceClient grpc = ServiceClient.grpc(server.grpcPort())) {
      assertThat(Await.value(http.counterIncrement("visits", 1))).isEqualTo(1);
      assertThat(Await.value(grpc.counterGet("visits"))).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http --port 0 --host 127.0.0.1 --backend memory | HTTP | gRPC
          grpc -p 0 --host 127.0.0.1 --backend memory     | gRPC | HTTP
          """)
  void servesOneProtocol(String arguments, String protocol, String other, @TempDir Path directory) {
    try (ServerProcess server =
        ServerProcess.launch(directory, Map.of(), arguments.split(" ")).awaitReady()) {
      assertThat(server.output()).contains("  " + protocol).doesNotContain("  " + other);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --help         | Purple keeps
          --version      | purple \
          """)
  void answersAndEnds(String argument, String text, @TempDir Path directory) {
    try (ServerProcess server = ServerProcess.launch(directory, Map.of(), argument)) {
      assertThat(server.awaitExit()).isZero();
      assertThat(server.outputAtEnd()).startsWith(text);
    }
  }

  @Test
  void checksTheConfiguration(@TempDir Path directory) {
    Map<String, String> env = Map.of("PURPLE_HTTP_PORT", "9999");
    try (ServerProcess server = ServerProcess.launch(directory, env, "--check-config")) {
      assertThat(server.awaitExit()).isZero();
      assertThat(server.outputAtEnd()).startsWith("configuration is valid").contains("9999");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void refusesAWrongSetting(@TempDir Path directory) {
    refuses(2, "--http-port: 70000 (expected: ", directory, "--http-port", "70000");
  }

  @Test
  void refusesAnUnknownOption(@TempDir Path directory) {
    refuses(2, "--bakend: unknown option (did you mean --backend?)", directory, "--bakend=disk");
  }

  @Test
  void refusesATakenPort(@TempDir Path directory) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      String text = " on 127.0.0.1 is taken by another process (expected: a free port)";
      refuses(
          1, "http-port: " + port + text, directory, "--host", "127.0.0.1", "--http-port", port);
    }
  }

  @Test
  void refusesAHostThatIsAnothers(@TempDir Path directory) {
    refuses(
        1,
        "host: 192.0.2.1 is no address of this machine (expected: one that it has, or 0.0.0.0 for",
        directory,
        "--host",
        "192.0.2.1");
  }

  @Test
  void refusesADataDirectoryInUse(@TempDir Path directory) {
    try (ServerProcess first = ServerProcess.start(directory)) {
      refuses(1, "data-dir: " + directory.resolve("data/entries.mv.db"), directory, FREE_PORTS);
      assertThat(first.output()).contains("Ready.");
    }
  }

  @Test
  void refusesADataDirectoryThatCannotBeWritten(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    refuses(
        1,
        "data-dir: " + file.resolve("data"),
        directory,
        "--data-dir",
        file.resolve("data").toString());
  }

  @Test
  void refusesADamagedFileAndLeavesItAsItIs(@TempDir Path directory) throws Exception {
    Path damaged = directory.resolve("data/kv.mv.db");
    Files.createDirectories(damaged.getParent());
    byte[] bytes = "not a database ".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Files.write(damaged, bytes);

    refuses(1, "data-dir: " + damaged, directory, FREE_PORTS);

    assertThat(damaged).hasBinaryContent(bytes);
  }

  @Test
  void refusesARedisThatIsNotThere(@TempDir Path directory) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String url = "redis://:secret@127.0.0.1:" + port;
    String output = refuses(1, "redis", directory, "--backend", "redis", "--redis-url", url);
    assertThat(output).contains("127.0.0.1:" + port).doesNotContain("secret");
  }

  private static String refuses(int exitCode, String start, Path directory, String... arguments) {
    try (ServerProcess server = ServerProcess.launch(directory, Map.of(), arguments)) {
      assertThat(server.awaitExit()).as(server.outputAtEnd()).isEqualTo(exitCode);
      String output = server.outputAtEnd();
      assertThat(output.lines()).hasSize(1);
      assertThat(output).startsWith("purple: " + start);
      return output;
    }
  }
}
