package io.purpledb.config.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Origins as browsers write them. */
class NamesTest {

  private final Names origins = Names.origins();

  /** A browser never sends it, so the page would not be let in. */
  @Test
  void theDefaultPortIsLeftOut() {
    assertThat(origins.read("http://app.example:80,https://app.example:443"))
        .isEqualTo(List.of("http://app.example", "https://app.example"));
    assertThat(origins.read("http://[::1]:80")).isEqualTo(List.of("http://[::1]"));
    assertThat(origins.read("http://app.example:443,https://app.example:80,http://a:8080"))
        .isEqualTo(List.of("http://app.example:443", "https://app.example:80", "http://a:8080"));
  }

  @Test
  void allStandsAlone() {
    assertThat(origins.read("*")).isEqualTo(List.of("*"));
    assertThat(origins.read("*,http://a")).isNull();
    assertThat(origins.read("http://a,*")).isNull();
    assertThat(origins.expected()).endsWith(", or * alone for all");
  }
}
