package io.purpledb.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundsCheckTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "ü", "鍵", "🔑", "\u0000", "\uFFFF"})
  void acceptsKeysUpToTheirBoundInBytes(String text) {
    int bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    String longest = text.repeat(1024 / bytes);

    assertThatCode(() -> BoundsCheck.key("key", longest, 1, 1024)).doesNotThrowAnyException();
    assertThatThrownBy(() -> BoundsCheck.key("key", longest + text, 1, 1024))
        .hasMessageStartingWith("key: \"")
        .hasMessageEndingWith(" bytes of UTF-8 (expected: 1 to 1024)");
  }

  @Test
  void refusesAnEmptyKey() {
    assertThatThrownBy(() -> BoundsCheck.key("key", "", 1, 1024))
        .hasMessage("key: \"\" is 0 bytes of UTF-8 (expected: 1 to 1024)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\ud83d", "a\udd11", "a\udd11\ud83d", "a\ud83d\ud83d\udd11"})
  void refusesALoneSurrogate(String text) {
    assertThatThrownBy(() -> BoundsCheck.key("item", text, 1, 1024))
        .hasMessageStartingWith("item: a lone surrogate \\u")
        .hasMessageEndingWith(" at index 1 (expected: well-formed Unicode)");
  }

  @Test
  void measuresTextInBytes() {
    assertThatCode(() -> BoundsCheck.text("value", "üü", 1, 4)).doesNotThrowAnyException();
    assertThatThrownBy(() -> BoundsCheck.text("value", "üü", 1, 3))
        .hasMessage("value: 4 bytes (expected: 1 to 3 bytes, the server's max-value-bytes)");
    assertThatThrownBy(() -> BoundsCheck.text("value", "", 1, 3))
        .hasMessage("value: empty (expected: 1 to 3 bytes of UTF-8)");
  }

  @Test
  void boundsNumbers() {
    String unit = "seconds; 0 means the default";
    assertThatCode(() -> BoundsCheck.number("ttl", 0, 0, 10, unit)).doesNotThrowAnyException();
    assertThatCode(() -> BoundsCheck.number("ttl", 10, 0, 10, unit)).doesNotThrowAnyException();
    assertThatThrownBy(() -> BoundsCheck.number("ttl", -1, 0, 10, unit))
        .hasMessage("ttl: -1 (expected: 0 to 10 seconds; 0 means the default)");
    assertThatThrownBy(() -> BoundsCheck.number("ttl", 11, 0, 10, ""))
        .hasMessage("ttl: 11 (expected: 0 to 10)");
  }

  /** Whether a value may be empty is said by the contract, not by its type. */
  @Test
  void aValueHasTheLeastThatTheContractSays() {
    assertThatCode(() -> BoundsCheck.text("value", "", 0, 3)).doesNotThrowAnyException();
    assertThatCode(() -> BoundsCheck.size("value", 0, 0, 3)).doesNotThrowAnyException();
    assertThatThrownBy(() -> BoundsCheck.text("value", "a", 2, 3))
        .hasMessage("value: 1 bytes (expected: 2 to 3 bytes of UTF-8)");
    assertThatThrownBy(() -> BoundsCheck.size("value", 0, 1, 3))
        .hasMessage("value: empty (expected: 1 to 3 bytes)");
  }
}
