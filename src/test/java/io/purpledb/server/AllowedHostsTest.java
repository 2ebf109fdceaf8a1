package io.purpledb.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.server.wire.Authority;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names are taken; what is answered to others, {@code BrowsersTest} tells. */
class AllowedHostsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "::1",
        "0:0:0:0:0:0:0:1",
        "::ffff:127.0.0.1",
        "localhost",
        "LOCALHOST"
      })
  void namesAreCheckedHoweverTheLoopbackAddressIsWritten(String host) {
    assertThat(AllowedHosts.listensOnLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.255.0.9", "[::1]", "::1", "[::ffff:127.0.0.1]", "localhost"})
  void itIsFoundOutFromTheTextAlone(String host) {
    assertThat(Authority.isLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.256",
        "300.1.1.1",
        ".1.2.3",
        "127..0.1",
        "127.0.1",
        "[::2]",
        "evil.example"
      })
  void whatOnlyLooksLikeAnAddressIsNone(String host) {
    assertThat(Authority.isLoopback(host)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "purple.invalid"})
  void otherAddressesHaveNamesThatAreNotKnown(String host) {
    assertThat(AllowedHosts.listensOnLoopback(host)).isFalse();
  }
}
