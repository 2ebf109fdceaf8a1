package io.purpledb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why a server does not listen, as it is said; what the system says is seen by StartIT. */
class ListeningTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Address already in use          | http-port: 80 on a is taken by another process (expected: a free port)",
        "Cannot assign requested address | host: a is no address of this machine (expected: one that it has, or 0.0.0.0 for all)",
        "Permission denied               | http-port: 80 on a is not allowed to this user (expected: a port from 1024, or the right)",
        "Something else                  | http-port: 80 on a cannot be listened on: Something else (expected: a free port of this machine)",
      })
  void tellsTheReasonsApart(String system, String text) {
    Throwable cause = new IOException("wrapped", new BindException(system));
    assertThat(Listening.reason("http-port", 80, "a", cause)).isEqualTo(text);
  }

  @Test
  void aNameThatIsNotKnownIsOne() {
    Throwable unknown =
        new UnknownHostException("a").initCause(new IOException("Query failed with NXDOMAIN"));
    assertThat(Listening.reason("http-port", 80, "a", new IOException(unknown)))
        .isEqualTo("host: a is not known (expected: an address of this machine, or a name of one)");
  }

  @Test
  void addressesOfIpv6AreAsUrlsHaveThem() {
    assertThat(Listening.authority("::1", 8080)).isEqualTo("[::1]:8080");
    assertThat(Listening.authority("0.0.0.0", 8080)).isEqualTo("0.0.0.0:8080");
    assertThat(Listening.authority("purple", 8080)).isEqualTo("purple:8080");
  }
}
