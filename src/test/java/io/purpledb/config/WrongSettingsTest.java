package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.setting.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The one line that each wrong setting ends the start with. */
class WrongSettingsTest {

  @TempDir private Path directory = Path.of("");

  /** Which backends there are. */
  private static final String BACKENDS = Setting.BACKEND.kind().expected();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --http-port 70000             | --http-port: 70000 (expected: a port from 0 to 65535)
          --http-port -1                | --http-port: -1 (expected: a port from 0 to 65535)
          --http-port 0x50              | --http-port: 0x50 (expected: a port from 0 to 65535)
          --http-port=                  | --http-port: "" (expected: a port from 0 to 65535)
          --http-port                   | --http-port: no value (expected: a port from 0 to 65535)
          --http-port --debug           | --http-port: no value (expected: a port from 0 to 65535)
          --http-port 1 --http-port 1   | --http-port: given twice (expected: once)
          http -p 99999999999999999999  | --port: 99999999999999999999 (expected: a port from 0 to 65535)
          --port 1                      | --port: only with the command http or grpc (expected: --http-port and --grpc-port)
          -p1                           | --port: only with the command http or grpc (expected: --http-port and --grpc-port)
          http --port 1 --http-port 2   | --port: 1 (expected: 2 as --http-port)
          http --grpc-port 1            | --grpc-port: 1 (expected: none, as the grpc protocol is not served)
          --http-port 8081              | --http-port: 8081 (expected: another port than grpc-port)
          --http-port 5 --grpc-port 5   | --grpc-port: 5 (expected: another port than http-port)
          --host a/b                    | --host: a/b (expected: an IP address or a host name)
          --backend postgres            | --backend: postgres (expected: BACKENDS)
          --kv-backend Disk             | --kv-backend: Disk (expected: BACKENDS)
          --redis-url http://ann:s3cret@h | --redis-url: http://ann:***@h (expected: redis://[user:password@]host[:port], or rediss:// for TLS; no database, as redis-layout says which)
          --redis-layout 3              | --redis-layout: 3 (expected: auto, 1 or 2)
          --durability none             | --durability: none (expected: fsync, process or async)
          --data-dir=                   | --data-dir: "" (expected: a directory)
          --max-value-bytes 0           | --max-value-bytes: 0 (expected: 1B to 64MiB, in bytes or with KiB, MiB, GiB as in 16MiB)
          --max-value-bytes 67108865    | --max-value-bytes: 67108865 (expected: 1B to 64MiB, in bytes or with KiB, MiB, GiB as in 16MiB)
          --max-value-bytes 1MB         | --max-value-bytes: 1MB (expected: 1B to 64MiB, in bytes or with KiB, MiB, GiB as in 16MiB)
          --cache-max-bytes 1023KiB     | --cache-max-bytes: 1023KiB (expected: 1MiB to 1024GiB, in bytes or with KiB, MiB, GiB as in 16MiB)
          --cache-max-bytes 999999999GiB | --cache-max-bytes: 999999999GiB (expected: 1MiB to 1024GiB, in bytes or with KiB, MiB, GiB as in 16MiB)
          --request-timeout-ms 99       | --request-timeout-ms: 99 (expected: 100 to 600000 milliseconds)
          --request-timeout-ms 600001   | --request-timeout-ms: 600001 (expected: 100 to 600000 milliseconds)
          --max-in-flight 0             | --max-in-flight: 0 (expected: 1 to 1000000 requests)
          --debug=maybe                 | --debug: maybe (expected: true or false)
          --check-config=1              | option '--check-config' should be specified without '1' parameter
          --cache-max-bytes 2MiB --cache-backend redis | --cache-max-bytes: 2MiB (expected: none, as the cache is in Redis, whose own maxmemory rules there)
          --cluster=maybe | --cluster: maybe (expected: true or false)
          --cluster-members a | --cluster-members: a (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a:0 | --cluster-members: a:0 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a:65533 | --cluster-members: a:65533 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a:1,a:1 | --cluster-members: a:1,a:1 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a:1,A:4 | --cluster-members: a:1,A:4 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a:1,,b:1 | --cluster-members: a:1,,b:1 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a{0..9}:1 | --cluster-members: a{0..9}:1 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster-members a{2..1}:1 | --cluster-members: a{2..1}:1 (expected: 1 to 9 times host:port with commas between, or purple-{0..2}.purple:7800 for three; ports of one host at least 4 apart, up to 65532)
          --cluster --cluster-members no.such.host.invalid:7800 | --cluster-members: no.such.host.invalid:7800 (expected: a host that is this machine, or cluster-self)
          --cluster --cluster-self b:1 | --cluster-self: b:1 (expected: one of cluster-members: 127.0.0.1:7800,127.0.0.1:7810,127.0.0.1:7820)
          --cluster --cluster-self b | --cluster-self: b (expected: a host and a port up to 65532, as in purple-0.purple:7800)
          --cluster --cluster-disk-owner b:1 | --cluster-disk-owner: b:1 (expected: one of cluster-members: 127.0.0.1:7800,127.0.0.1:7810,127.0.0.1:7820)
          --cluster --cluster-tls-ca pom.xml --cluster-tls-key no/such | --cluster-tls-key: no/such (expected: a PEM file that can be read)
          --cluster --cluster-tls-key pom.xml | --cluster-tls-key: pom.xml (expected: all three of cluster-tls-cert, cluster-tls-key and cluster-tls-ca, or none)
          --bakend memory               | --bakend: unknown option (did you mean --backend?)
          --bakend=memory               | --bakend: unknown option (did you mean --backend?)
          --redis-ulr=redis://u:pw@h    | --redis-ulr: unknown option (did you mean --redis-url?)
          --chek-config                 | --chek-config: unknown option (did you mean --check-config?)
          --quiet                       | --quiet: unknown option (--help lists what there is)
          -http-port 8080               | -http-port: unknown option (did you mean --http-port?)
          -http-port=8080               | -http-port: unknown option (did you mean --http-port?)
          -htp-port 8080                | -htp-port: unknown option (did you mean --http-port?)
          http -port 80                 | -port: unknown option (did you mean --port?)
          -host 127.0.0.1               | -host: unknown option (did you mean --host?)
          -help                         | -help: unknown option (did you mean --help?)
          -version                      | -version: unknown option (did you mean --version?)
          -redis-url=redis://u:pw@h     | -redis-url: unknown option (did you mean --redis-url?)
          -cluster                      | -cluster: unknown option (did you mean --cluster?)
          http -pmemory                 | --port: memory (expected: a port from 0 to 65535)
          -x                            | -x: unknown option (--help lists what there is)
          --config                      | --config: no value (expected: FILE)
          --config no/such.yaml         | --config: no/such.yaml (expected: a file in UTF-8 that can be read)
          htpp                          | command: htpp (expected: http, grpc, or none to serve both)
          @arguments                    | command: @arguments (expected: http, grpc, or none to serve both)
          http grpc                     | grpc: one argument too many (expected: at most the command http or grpc, and options)
          """)
  void onTheCommandLine(String arguments, String line) {
    assertThat(CommandLineInput.with(arguments).failure())
        .isEqualTo(line.replace("BACKENDS", BACKENDS));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PURPLE_HTTP_PORT=abc      | PURPLE_HTTP_PORT: abc (expected: a port from 0 to 65535)
          PURPLE_PORT=1             | PURPLE_PORT: only with the command http or grpc (expected: PURPLE_HTTP_PORT and PURPLE_GRPC_PORT)
          PURPLE_GRPC_PORT=8080     | PURPLE_GRPC_PORT: 8080 (expected: another port than http-port)
          PURPLE_DEBUG=yes          | PURPLE_DEBUG: yes (expected: true or false)
          PURPLE_BAKEND=memory      | PURPLE_BAKEND: unknown variable (did you mean PURPLE_BACKEND?)
          PURPLE_HTTP_PROT=1        | PURPLE_HTTP_PROT: unknown variable (did you mean PURPLE_HTTP_PORT?)
          PURPLE_CONFIGS=x          | PURPLE_CONFIGS: unknown variable (did you mean PURPLE_CONFIG?)
          PURPLE_BAKEND=            | PURPLE_BAKEND: unknown variable (did you mean PURPLE_BACKEND?)
          PURPLE_=x                 | PURPLE_: unknown variable (--help lists what there is)
          PURPLE_WHO_KNOWS_THIS=x   | PURPLE_WHO_KNOWS_THIS: unknown variable (--help lists what there is)
          PURPLE_CONFIG=no/such     | PURPLE_CONFIG: no/such (expected: a file in UTF-8 that can be read)
          PURPLE_BACKEND=redis PURPLE_CACHE_MAX_BYTES=9MiB | PURPLE_CACHE_MAX_BYTES: 9MiB (expected: none, as the cache is in Redis, whose own maxmemory rules there)
          """)
  void inTheEnvironment(String variables, String line) {
    assertThat(CommandLineInput.nothing().andVariables(variables).failure()).isEqualTo(line);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          http-port: 70000          | 1: http-port: 70000 (expected: a port from 0 to 65535)
          #~http-port: http         | 2: http-port: http (expected: a port from 0 to 65535)
          http-port: [1, 2]         | 1: http-port: a list (expected: a port from 0 to 65535)
          http-port: {a: 1}         | 1: http-port: a mapping (expected: a port from 0 to 65535)
          http-port:                | 1: http-port: "" (expected: a port from 0 to 65535)
          host: a~http-port: 8_080  | 2: http-port: 8_080 (expected: a port from 0 to 65535)
          debug: yes                | 1: debug: yes (expected: true or false)
          port: 1                   | 1: port: only with the command http or grpc (expected: http-port and grpc-port)
          host: a~host: b           | 2: host: given twice (expected: once, as in purple.yaml:1: host)
          http_port: 1              | 1: http_port: unknown setting (did you mean http-port?)
          http:~  port: 1           | 1: http: unknown setting (--help lists what there is)
          config: a.yaml            | 1: config: unknown setting (--help lists what there is)
          host: a~<<: {debug: true} | 2: <<: unknown setting (--help lists what there is)
          [1]: 2                    | 1: a list: unknown setting (--help lists what there is)
          - http-port: 1            | 1: a list (expected: lines such as http-port: 8080)
          http-port 8080            | 1: http-port 8080 (expected: lines such as http-port: 8080)
          host: a~  debug: true     | 2: mapping values are not allowed here (expected: lines such as http-port: 8080)
          host: "a                  | 1: found unexpected end of stream (expected: lines such as http-port: 8080)
          host: a~---~host: b       | 2: but found another document (expected: lines such as http-port: 8080)
          host: !!java.net.URL [a]  | 1: Global tag is not allowed: tag:yaml.org,2002:java.net.URL (expected: lines such as http-port: 8080)
          """)
  void inTheFile(String text, String line) {
    String failure =
        CommandLineInput.nothing().andFile(directory, text.replace('~', '\n')).failure();
    assertThat(failure.replace(directory + "/", "")).isEqualTo("purple.yaml:" + line);
  }

  @Test
  void aFileThatIsNotText() throws IOException {
    Path file = Files.write(directory.resolve("purple.yaml"), new byte[] {'a', (byte) 0xff});
    assertThat(
            new CommandLineInput(List.of(), CommandLineInput.nothing().variables(), file).failure())
        .isEqualTo("config: %s (expected: a file in UTF-8 that can be read)", file);
    assertThat(CommandLineInput.nothing().andFile(directory, "host: \u0001").failure())
        .startsWith(file + ": special characters are not allowed")
        .endsWith("(expected: lines such as http-port: 8080)");
  }

  @Test
  void aValueThatCannotBeSeenOrBreaksTheLine() {
    assertThat(CommandLineInput.nothing().and("PURPLE_HTTP_PORT", "8080 ").failure())
        .isEqualTo("PURPLE_HTTP_PORT: \"8080 \" (expected: a port from 0 to 65535)");
    assertThat(CommandLineInput.nothing().and("PURPLE_BACKEND", "disk\n").failure())
        .isEqualTo("PURPLE_BACKEND: \"disk\\u000a\" (expected: %s)", BACKENDS);
    assertThat(CommandLineInput.nothing().and("PURPLE_A\u2028\u001b[1m", "x").failure())
        .isEqualTo("PURPLE_A\\u2028\\u001b[1m: unknown variable (--help lists what there is)");
    assertThat(CommandLineInput.nothing().and("PURPLE_DATA_DIR", "a\u0000b").failure())
        .isEqualTo("PURPLE_DATA_DIR: a\\u0000b (expected: a directory)");
    assertThat(
            new CommandLineInput(
                    List.of(""), CommandLineInput.nothing().variables(), directory.resolve("none"))
                .failure())
        .isEqualTo("command: \"\" (expected: http, grpc, or none to serve both)");
  }

  @Test
  void anArgumentWithAnAtSignIsNoFileOfArguments() throws IOException {
    Path file = Files.writeString(directory.resolve("arguments"), "--host=elsewhere");
    assertThat(CommandLineInput.with("http @" + file).failure())
        .startsWith("@" + file + ": one argument too");
    assertThat(CommandLineInput.with("@" + file).failure()).startsWith("command: @" + file);
  }

  @Test
  void aWrongValueIsRefusedAlsoWhereAStrongerSourceDecides() {
    assertThat(CommandLineInput.with("--http-port 1").and("PURPLE_HTTP_PORT", "x").failure())
        .isEqualTo("PURPLE_HTTP_PORT: x (expected: a port from 0 to 65535)");
  }
}
