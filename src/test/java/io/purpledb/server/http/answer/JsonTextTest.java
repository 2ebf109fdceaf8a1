package io.purpledb.server.http.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.server.http.answer.JsonText.Form;
import io.purpledb.server.http.answer.JsonText.Piece;
import io.purpledb.server.http.answer.JsonText.Pieces;
import io.purpledb.server.wire.unread.Parts;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The text is what Jackson would write, and as long as was said. */
class JsonTextTest {

  private final Random random = new Random(1);

  @Test
  void textsOfAllCharacters() {
    for (int i = 0; i < 300; i++) {
      byte[] utf8 = text(random.nextInt(3 * JsonChunks.BYTES)).getBytes(UTF_8);
      Buffer expected =
          Json.object(
              json -> {
                json.writeFieldName("v");
                json.writeUTF8String(utf8, 0, utf8.length);
              });
      assertThat(made(ByteString.copyFrom(utf8), Form.ESCAPED)).isEqualTo(expected);
    }
  }

  @Test
  void bytesInBase64() {
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[random.nextInt(3 * JsonChunks.BYTES)];
      random.nextBytes(bytes);
      Buffer expected = Json.object(json -> json.writeBinaryField("v", bytes));
      assertThat(made(ByteString.copyFrom(bytes), Form.BASE64)).isEqualTo(expected);
    }
  }

  @Test
  void aValueOfSeveralPieces() {
    ByteString value = ByteString.copyFromUtf8("\u0001\"".repeat(10_000));
    ByteString rope = value.concat(value).concat(ByteString.copyFromUtf8("é".repeat(5_000)));
    byte[] utf8 = rope.toByteArray();
    Buffer expected =
        Json.object(
            json -> {
              json.writeFieldName("v");
              json.writeUTF8String(utf8, 0, utf8.length);
            });
    assertThat(made(rope, Form.ESCAPED)).isEqualTo(expected);
  }

  @Test
  void severalParts() {
    String item = "a text \"in quotes\" ";
    int times = 100_000;
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.plain("{\"all\":["));
    for (int i = 0; i < times; i++) {
      pieces.add(Piece.plain(i == 0 ? "\"" : ",\""));
      pieces.add(Piece.text(ByteString.copyFromUtf8(item)));
      pieces.add(Piece.plain("\""));
    }
    pieces.add(Piece.plain("]}"));
    JsonText text = new JsonText(0, () -> Pieces.of(pieces));
    Buffer written = Buffer.buffer();
    JsonText.Reader reader = text.reader();
    byte[] part = new byte[Parts.BYTES];
    while (reader.left() > 0) {
      int made = reader.next(part);
      assertThat(made).isEqualTo(reader.left() == 0 ? made : Parts.BYTES);
      written.appendBytes(part, 0, made);
    }

    String one = "\"a text \\\"in quotes\\\" \"";
    assertThat(written.toString(UTF_8))
        .isEqualTo("{\"all\":[" + (one + ",").repeat(times - 1) + one + "]}");
    assertThat(text.bytes()).isEqualTo(written.length());
  }

  private Buffer made(ByteString value, Form form) {
    JsonText text =
        new JsonText(
            value.size(),
            () ->
                Pieces.of(
                    List.of(Piece.plain("{\"v\":\""), new Piece(value, form), Piece.plain("\"}"))));
    Buffer written = Buffer.buffer();
    JsonText.Reader reader = text.reader();
    byte[] part = new byte[1 + random.nextInt(2 * JsonChunks.BYTES)];
    while (reader.left() > 0) {
      written.appendBytes(part, 0, reader.next(part));
    }
    assertThat(written.length()).isEqualTo(text.bytes());
    return written;
  }

  private String text(int length) {
    StringBuilder text = new StringBuilder();
    boolean plain = random.nextBoolean();
    while (text.length() < length) {
      int c = random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT + 1);
      if (plain && random.nextInt(500) > 0) {
        c = 'a';
      }
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        text.appendCodePoint(c);
      }
    }
    return text.toString();
  }
}
