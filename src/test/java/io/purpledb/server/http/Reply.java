package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** An answer as the client got it. */
record Reply(int status, MultiMap headers, Buffer body) {

  String text() {
    return body.toString();
  }

  JsonObject json() {
    return new JsonObject(body);
  }

  @Nullable String type() {
    return headers.get("content-type");
  }

  /** Checks that it is a problem of a kind, and answers its detail. */
  String problem(Kind kind) {
    assertThat(status).as("status of %s", text()).isEqualTo(kind.httpStatus());
    assertThat(type()).isEqualTo("application/problem+json");
    JsonObject problem = json();
    assertThat(problem.fieldNames()).containsExactly("type", "title", "code", "status", "detail");
    assertThat(problem.getString("type")).isEqualTo("urn:purple:problem:" + kind.code());
    assertThat(problem.getString("title")).isEqualTo(kind.title());
    assertThat(problem.getString("code")).isEqualTo(kind.code());
    assertThat(problem.getInteger("status")).isEqualTo(status);
    return problem.getString("detail");
  }
}
