package io.purpledb.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.message.Failure;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;

/** The KV store over HTTP: a value travels as its bare bytes, or in JSON as text or base64. */
final class KvHttp {

  private static final String BASE64 = "base64";

  private KvHttp() {}

  static void bind(Bindings bindings) {
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
    return in.responseType().equals("application/octet-stream")
        ? Answer.bytes(value)
        : Answer.json(json -> writeValue(json, value));
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

  private static ByteString value(Input in) {
    Map<String, String> form = in.form();
    if (form == null) {
      return in.body();
    }
    String content = form.getOrDefault("content", "");
    if (BASE64.equals(form.get("encoding"))) {
      return decoded(content);
    }
    if (content.isEmpty()) {
      throw Failure.invalid("content: empty (expected: a text that is not empty)");
    }
    return ByteString.copyFromUtf8(content);
  }

  private static ByteString decoded(String base64) {
    try {
      return UnsafeByteOperations.unsafeWrap(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw Failure.invalid("content: %s (expected: base64)".formatted(e.getMessage()));
    }
  }
}
