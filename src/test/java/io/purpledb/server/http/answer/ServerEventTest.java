package io.purpledb.server.http.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an event looks like to its reader. */
final class ServerEventTest {

  /** JSON escapes them all, so no value can end an event or begin another. */
  @Test
  void lineEndsInValues() {
    ServerEvent event =
        new ServerEvent("ü", "t", json -> json.writeStringField("a", "\r\n\n\0data: ü"));

    assertThat(event.text().toString())
        .isEqualTo("id: ü\nevent: t\ndata: {\"a\":\"\\r\\n\\n\\u0000data: ü\"}\n\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\r", "\0"})
  void lineEndsInIds(String broken) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServerEvent(broken, null, json -> {}))
        .withMessageContaining("no line end and no NUL");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServerEvent(null, broken, json -> {}));
  }
}
