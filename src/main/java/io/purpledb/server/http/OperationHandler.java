package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.InFlightBytes;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.answer.EventStreams;
import io.purpledb.server.http.answer.Events;
import io.purpledb.server.http.answer.Problem;
import io.purpledb.server.http.binding.Bindings;
import io.purpledb.server.http.contract.BodyCheck;
import io.purpledb.server.http.contract.Input;
import io.purpledb.server.http.contract.OperationCheck;
import io.purpledb.server.wire.unread.UnreadBody;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Serves the requests of one operation: check, body, binding, answer. Every way ends in one. */
final class OperationHandler implements Handler<HttpServerRequest> {

  private final OperationCheck operation;
  private final Bindings.Binding binding;
  private final Vertx vertx;
  private final Config config;
  private final InFlightBytes inFlight;
  private final EventStreams streams;

  OperationHandler(
      OperationCheck operation,
      Bindings.Binding binding,
      Vertx vertx,
      Config config,
      EventStreams streams) {
    this.operation = operation;
    this.binding = binding;
    this.vertx = vertx;
    this.config = config;
    this.streams = streams;
    this.inFlight = InFlightBytes.of(vertx, config.maxInFlightBytes());
  }

  /** Whether requests with a method and a raw path are this operation's. */
  boolean serves(HttpMethod method, String rawPath) {
    return operation.methods().contains(method) && operation.path().template().matches(rawPath);
  }

  @Override
  public void handle(HttpServerRequest request) {
    try {
      accept(request);
    } catch (Throwable t) {
      Problem.send(request, t);
    }
  }

  private void accept(HttpServerRequest request) {
    Input in = operation.check(request.path(), request.query(), request.headers());
    if (UnreadBody.isAnnounced(request.headers())) {
      readBody(request, in);
    } else {
      if (!HttpMethod.GET.equals(request.method()) && !HttpMethod.HEAD.equals(request.method())) {
        RequestBody.requireKnown(request);
        if (operation.body().taken()) {
          RequestBody.requireExpectation(request.headers());
        }
        if (operation.body().required()) {
          RequestBody.requireLength(request);
        }
        BodyDigests.require(request.headers(), ByteString.EMPTY);
      }
      serve(request, in, inFlight.hold());
    }
  }

  private void readBody(HttpServerRequest request, Input in) {
    BodyCheck check = operation.body();
    long max = check.maxBytes(in.bodyType(), config.maxValueBytes());
    InFlightBytes.Held held = inFlight.hold();
    try {
      RequestBody.read(vertx, request, check, max, config.requestTimeoutMillis(), held)
          .onComplete(
              body -> serveWith(body, request, in, held),
              failure -> {
                held.release();
                Problem.send(request, failure);
              });
    } catch (Throwable t) {
      held.release();
      throw t;
    }
  }

  private void serveWith(
      ByteString body, HttpServerRequest request, Input in, InFlightBytes.Held held) {
    BodyDigests.check(vertx, request.headers(), body)
        .onComplete(
            same -> serve(request, in.withBody(body), held),
            other -> {
              held.release();
              Problem.send(request, other);
            });
  }

  private void serve(HttpServerRequest request, Input in, InFlightBytes.Held held) {
    try {
      binding
          .serve(in)
          .onComplete(
              answer -> {
                held.release();
                send(request, in, answer);
              },
              failure -> {
                held.release();
                Problem.send(request, failure);
              });
    } catch (Throwable t) {
      held.release();
      Problem.send(request, t);
    }
  }

  private static void refuse(HttpServerRequest request, Failure failure) {
    request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
    Problem.send(request, failure);
  }

  private void send(HttpServerRequest request, Input in, Answer answer) {
    Answer asked = answer;
    if (answer.version() != null && operation.method().equals(HttpMethod.GET)) {
      try {
        asked = operation.header().asked(in, answer);
      } catch (Throwable t) {
        Problem.send(request, t);
        return;
      }
    }
    send(request, asked);
  }

  private void send(HttpServerRequest request, Answer answer) {
    if (operation.responseTypes().size() > 1) {
      request.response().headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT);
    }
    Events<?> events = answer.events();
    if (events != null) {
      try {
        streams.answer(request, events);
      } catch (Throwable t) {
        Problem.send(request, t);
      }
      return;
    }
    int bytes = answer.body().length(); // 0 of a large text, which takes room itself
    if (bytes == 0 || request.version() != HttpVersion.HTTP_2 || UnreadConnection.counts(bytes)) {
      answer.send(request, operation.status());
      return;
    }
    UnreadConnection unread = UnreadConnection.of(request.connection());
    if (unread.takeSmall(request.response(), bytes)) {
      answer.send(request, operation.status());
    } else {
      unread.refuse(() -> refuse(request, unread.noRoom(bytes)));
    }
  }
}
