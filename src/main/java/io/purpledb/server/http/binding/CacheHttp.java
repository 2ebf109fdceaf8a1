package io.purpledb.server.http.binding;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.Json;
import io.purpledb.server.http.answer.JsonText;
import io.purpledb.server.http.contract.Input;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;
import java.util.List;

/** The cache over HTTP: its value comes as a parameter or as the body. */
public final class CacheHttp {

  /** The most for a character of a text, which are two for one of four bytes. */
  private static final int UTF8_BYTES = 3;

  private CacheHttp() {}

  public static void bind(Bindings bindings) {
    bindings.on(
        "cacheGet",
        in -> CacheGetRequest.newBuilder().setKey(in.text("key")).build(),
        CacheHttp::answer);
    bindings.on("cacheSet", CacheHttp::set, (in, done) -> Answer.EMPTY);
  }

  private static Answer answer(Input in, CacheGetResponse response) {
    if (in.responseType().equals("text/plain")) {
      return Answer.text(response.getValueBytes());
    }
    Json.Members small = json -> json.writeStringField("value", response.getValue());
    if (!Answer.mayBeLarge(UTF8_BYTES * response.getValue().length())) {
      return Answer.json(small);
    }
    ByteString value = response.getValueBytes();
    return Answer.json(small, new JsonText(value.size(), () -> JsonText.Pieces.of(pieces(value))));
  }

  /** The same for a large value. */
  private static List<JsonText.Piece> pieces(ByteString value) {
    return List.of(
        JsonText.Piece.plain("{\"value\":\""),
        JsonText.Piece.text(value),
        JsonText.Piece.plain("\"}"));
  }

  private static CacheSetRequest set(Input in) {
    CacheSetRequest.Builder request =
        CacheSetRequest.newBuilder().setKey(in.text("key")).setValue(value(in));
    return in.has("ttl") ? request.setTtlSeconds(in.integer("ttl")).build() : request.build();
  }

  private static String value(Input in) {
    if (in.has("value") == !in.body().isEmpty()) {
      throw Failure.invalid(
          "value: %s (expected: the parameter value or a body that is not empty)"
              .formatted(in.has("value") ? "given twice" : "missing"));
    }
    return in.has("value") ? in.text("value") : in.bodyText();
  }
}
