package io.purpledb.server.grpc;

import io.purpledb.message.Failure;
import io.purpledb.message.InFlightBytes;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request whose bytes count as they arrive: Vert.x collects a message until it is whole, and
 * shows it only then. When there is no room for more, the call ends here, with its status as the
 * only answer.
 */
final class CountedRequest extends HttpServerRequestWrapper {

  private final InFlightBytes.Held held;
  private @Nullable Handler<Throwable> onException;
  private boolean refused;

  CountedRequest(HttpServerRequest request, InFlightBytes.Held held) {
    super((HttpServerRequestInternal) request);
    this.held = held;
  }

  @Override
  public HttpServerRequest handler(@Nullable Handler<Buffer> handler) {
    super.handler(handler == null ? null : bytes -> count(bytes, handler));
    return this;
  }

  @Override
  public HttpServerRequest exceptionHandler(@Nullable Handler<Throwable> handler) {
    onException = handler;
    super.exceptionHandler(handler);
    return this;
  }

  private void count(Buffer bytes, Handler<Buffer> next) {
    if (refused) {
      return; // and let the rest of the request go by
    }
    if (held.grow(bytes.length())) {
      next.handle(bytes);
      return;
    }
    refused = true;
    Failure failure = Failure.busy(held.refusal(bytes.length()));
    if (onException != null) {
      onException.handle(new IOException(failure.getMessage())); // ends the call, silently
    }
    answer(this, failure);
  }

  /** Ends a call with a status alone, before Vert.x has heard of it or after it was told to end. */
  static void answer(HttpServerRequest request, Failure failure) {
    HttpServerResponse response = request.response();
    if (!response.ended() && !response.closed() && !response.headWritten()) {
      String type = request.getHeader("content-type");
      response
          .putHeader("content-type", type == null ? "application/grpc" : type)
          .putHeader("grpc-status", Integer.toString(failure.kind().grpcStatus().code))
          .putHeader("grpc-message", failure.getMessage().replace("%", "%25"))
          .end();
    }
  }
}
