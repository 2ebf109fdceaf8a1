package io.purpledb.server.http;

import com.google.protobuf.Message;
import io.purpledb.ServiceKind;
import io.purpledb.config.Config;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.ServerEvent;
import io.purpledb.server.http.binding.Bindings;
import io.purpledb.server.http.contract.ContractDocument;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.http.contract.Input;
import io.purpledb.server.http.parameter.EntityTags;
import io.purpledb.support.TestService;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.test.v1.TestCountResponse;
import io.purpledb.test.v1.TestDocument;
import io.purpledb.test.v1.TestReadRequest;
import io.purpledb.test.v1.TestReadResponse;
import io.purpledb.test.v1.TestWriteRequest;
import io.purpledb.test.v1.TestWriteResponse;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The operations of {@link TestService} over HTTP, beside those of Purple. */
final class TestOperations {

  /** A stream that says nothing for a third of it says that it is there. */
  private static final long IDLE_MILLIS = 3_000;

  /** A number with so much padding has no event. */
  static final int UNTOLD_PADDING = 13;

  private TestOperations() {}

  /** openapi.yaml with test-openapi.yaml. */
  static HttpContract contract() {
    JsonObject json = ContractDocument.read().json().copy();
    JsonObject more = read().json();
    json.put(
        "tags",
        new JsonArray().addAll(json.getJsonArray("tags")).addAll(more.getJsonArray("tags")));
    json.getJsonObject("paths").mergeIn(more.getJsonObject("paths"));
    json.getJsonObject("components")
        .getJsonObject("schemas")
        .mergeIn(more.getJsonObject("schemas"));
    return HttpContract.of(new ContractDocument("", json));
  }

  private static ContractDocument read() {
    try (InputStream in = TestOperations.class.getResourceAsStream("/test-openapi.yaml")) {
      return ContractDocument.parse(
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a server to them; answers its port. */
  static Deployed deploy(Vertx vertx, Config config) {
    HttpServerVerticle server =
        new HttpServerVerticle(config, contract(), IDLE_MILLIS, TestOperations::bind);
    String id = TestHttpServer.await(vertx.deployVerticle(server, new DeploymentOptions()));
    return new Deployed(id, server.port());
  }

  /**
   * A server.
   *
   * @param id of its deployment
   */
  record Deployed(String id, int port) {}

  private static void bind(Bindings bindings) {
    ServiceKind.bindAll(bindings);
    bindings.onStream("testCount", TestOperations::count, TestOperations::event);
    bindings.on("testWrite", TestOperations::write, TestOperations::written);
    bindings.on(
        "testRead",
        in -> TestReadRequest.newBuilder().setKey(in.text("key")).build(),
        (Input in, TestReadResponse found) ->
            Answer.json(found.getDocument()).withVersion(found.getVersion()));
  }

  private static Message write(Input in) {
    EntityTags expected = in.tags("If-Match");
    return TestWriteRequest.newBuilder()
        .setKey(in.text("key"))
        .addAllVersions(expected == null ? List.of() : expected.versions())
        .setDocument(in.document(TestDocument.getDefaultInstance()))
        .build();
  }

  private static Answer written(Input in, TestWriteResponse done) {
    Answer answer = Answer.json(done).withVersion(done.getVersion());
    return done.getCreated()
        ? answer
            .withStatus(201)
            .withHeader("Location", "/tests/" + TestHttpServer.encoded(in.text("key")))
        : answer;
  }

  private static Message count(Input in) {
    return TestCountRequest.newBuilder()
        .setKey(in.text("key"))
        .setCount(in.has("count") ? in.integer("count") : -1)
        .setPaddingBytes(in.has("padding") ? (int) in.integer("padding") : 0)
        .setFailingAfter(in.has("failingAfter") ? in.integer("failingAfter") : 0)
        .setWaiting(in.has("waiting") && in.flag("waiting"))
        .build();
  }

  private static ServerEvent event(TestCountResponse response) {
    if (response.getPadding().size() == UNTOLD_PADDING) {
      throw new IllegalStateException("an event that cannot be made");
    }
    return new ServerEvent(
        Long.toString(response.getNumber()),
        null,
        json -> {
          json.writeNumberField("number", response.getNumber());
          json.writeStringField("padding", "x".repeat(response.getPadding().size()));
        });
  }
}
