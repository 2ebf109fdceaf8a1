package io.purpledb.server.http.binding;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.Json;
import io.purpledb.server.http.answer.JsonText;
import io.purpledb.server.http.contract.Input;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The KV store over HTTP: a value travels as its bare bytes, or in JSON as text or base64. */
public final class KvHttp {

  private static final String BASE64 = "base64";

  private KvHttp() {}

  public static void bind(Bindings bindings) {
    bindings.on(
        "kvGet", in -> KvGetRequest.newBuilder().setKey(in.text("key")).build(), KvHttp::answer);
    bindings.on(
        "kvPut",
        in -> KvPutRequest.newBuilder().setKey(in.text("key")).setValue(value(in)).build(),
        (in, done) -> Answer.EMPTY);
    bindings.on(
        "kvDelete",
        in -> KvDeleteRequest.newBuilder().setKey(in.text("key")).build(),
        (in, done) -> Answer.EMPTY);
  }

  private static Answer answer(Input in, KvGetResponse response) {
    ByteString value = response.getValue();
    if (in.responseType().equals("application/octet-stream")) {
      return Answer.bytes(value);
    }
    Json.Members small = json -> writeValue(json, value);
    return Answer.mayBeLarge(value.size())
        ? Answer.json(small, new JsonText(value.size(), () -> JsonText.Pieces.of(pieces(value))))
        : Answer.json(small);
  }

  private static void writeValue(JsonGenerator json, ByteString value) throws IOException {
    byte[] bytes = value.toByteArray();
    json.writeFieldName("value");
    if (value.isValidUtf8()) {
      json.writeUTF8String(bytes, 0, bytes.length);
    } else {
      json.writeBinary(bytes);
      json.writeStringField("encoding", BASE64);
    }
  }

  /** The same for a large value. */
  private static List<JsonText.Piece> pieces(ByteString value) {
    return value.isValidUtf8()
        ? List.of(
            JsonText.Piece.plain("{\"value\":\""),
            JsonText.Piece.text(value),
            JsonText.Piece.plain("\"}"))
        : List.of(
            JsonText.Piece.plain("{\"value\":\""),
            new JsonText.Piece(value, JsonText.Form.BASE64),
            JsonText.Piece.plain("\",\"encoding\":\"base64\"}"));
  }

  private static ByteString value(Input in) {
    Map<String, String> form = in.form();
    if (form == null) {
      return in.body();
    }
    String content = form.getOrDefault("content", "");
    return form.containsKey("encoding")
        ? UnsafeByteOperations.unsafeWrap(Base64.getDecoder().decode(content))
        : ByteString.copyFromUtf8(content);
  }
}
