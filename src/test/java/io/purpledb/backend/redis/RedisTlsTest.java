package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.config.StartFailure;
import io.purpledb.service.CounterService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** rediss:// to a TLS front of a real Redis, whose certificate is for 127.0.0.1 only. */
class RedisTlsTest {

  private static final String TRUST_STORE = "javax.net.ssl.trustStore";
  private static final String TRUST_STORE_PASSWORD = "javax.net.ssl.trustStorePassword";
  private static final String PASSWORD = "changeit";

  private final RedisProcess redis = RedisForTests.start();
  private final TestLoop loop = new TestLoop();
  private Front front;

  @BeforeEach
  void listen(@TempDir Path directory) throws IOException, InterruptedException {
    Path keys = directory.resolve("keys.p12");
    makeKeys(keys);
    System.setProperty(TRUST_STORE, keys.toString());
    System.setProperty(TRUST_STORE_PASSWORD, PASSWORD);
    PfxOptions certificate = new PfxOptions().setPath(keys.toString()).setPassword(PASSWORD);
    front =
        new Front(
            loop, redis.port(), new NetServerOptions().setSsl(true).setKeyCertOptions(certificate));
  }

  @AfterEach
  void close() {
    System.clearProperty(TRUST_STORE);
    System.clearProperty(TRUST_STORE_PASSWORD);
    loop.close();
    redis.close();
  }

  @Test
  void speaksTls() {
    NativeBackends backends = backends("127.0.0.1");
    backends.open("counter");
    CounterService counter = loop.call(() -> new CounterService(backends.engine("counter")));

    assertThat(loop.answer(() -> counter.increment("k", 1))).isEqualTo(1);

    loop.answer(counter.engine()::close);
  }

  @Test
  void refusesTheCertificateOfAnotherHost() {
    assertThat(refused("localhost")).endsWith("No name matching localhost found");
  }

  @Test
  void refusesAnUntrustedCertificate() {
    System.clearProperty(TRUST_STORE);

    assertThat(refused("127.0.0.1")).contains("unable to find valid certification path");
  }

  private NativeBackends backends(String host) {
    String url = "rediss://" + host + ":" + front.port();
    return new NativeBackends(RedisServer.of(loop.vertx(), url, 5000, 100));
  }

  private String refused(String host) {
    StartFailure failure =
        catchThrowableOfType(StartFailure.class, () -> backends(host).open("kv"));
    assertThat(failure).isNotNull();
    assertThat(failure.exitCode()).isEqualTo(StartFailure.WRONG_SURROUNDINGS);
    assertThat(failure.line()).startsWith("redis-url: rediss://" + host);
    return failure.line();
  }

  private static void makeKeys(Path file) throws IOException, InterruptedException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "redis",
                "-dname",
                "CN=redis",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
