package io.purpledb.server.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Texts that are copied into JSON, and those that are not. */
class Utf8TextTest {

  @Test
  void isWhatTheGeneratorWrites() {
    for (int c = 0; c < 0x500; c++) {
      for (int length = 0; length < 20; length++) {
        String around = "ä~".repeat(length);
        assertSame(around.substring(length) + Character.toString(c) + around.substring(0, length));
      }
    }
  }

  @Test
  void whateverTheText() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int left = random.nextInt(30); left > 0; left--) {
        int c = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
        if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
          text.appendCodePoint(c);
        }
      }
      assertSame(text.toString());
    }
  }

  private static void assertSame(String text) {
    assertThat(
            Json.object(
                json -> {
                  json.writeFieldName("text");
                  Utf8Text.write(json, ByteString.copyFromUtf8(text));
                }))
        .isEqualTo(Json.object(json -> json.writeStringField("text", text)));
  }
}
