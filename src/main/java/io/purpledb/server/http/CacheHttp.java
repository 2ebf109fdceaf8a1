package io.purpledb.server.http;

import io.purpledb.message.Failure;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;

/** The cache over HTTP: its value comes as a parameter or as the body. */
final class CacheHttp {

  private CacheHttp() {}

  static void bind(Bindings bindings) {
    bindings.on(
        "cacheGet",
        in -> CacheGetRequest.newBuilder().setKey(in.text("key")).build(),
        CacheHttp::answer);
    bindings.on("cacheSet", CacheHttp::set, (in, done) -> Answer.EMPTY);
  }

  private static Answer answer(Input in, CacheGetResponse response) {
    return in.responseType().equals("text/plain")
        ? Answer.text(response.getValue())
        : Answer.json(json -> json.writeStringField("value", response.getValue()));
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
