package io.purpledb.server.grpc.call;

import io.netty.buffer.Unpooled;
import io.purpledb.message.Failure;
import io.purpledb.message.InFlightBytes;
import io.purpledb.server.grpc.message.BegunMessage;
import io.purpledb.server.grpc.message.MessageEdges;
import io.purpledb.server.grpc.message.MessageReader;
import io.purpledb.server.wire.connection.Arrival;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A request whose bytes count as they arrive, and that hands on whole messages alone. When there is
 * no room for more, or the rest of a message does not come while room is short, the call ends here,
 * with its status as the only answer.
 */
public final class CountedRequest extends HttpServerRequestWrapper {

  /** When this part of a message is there that is larger than all room, it takes what it needs. */
  private static final int QUARTER = 4;

  /** The one flag that a message may have. */
  private static final int COMPRESSED = 1;

  private final InFlightBytes.Held held;
  private final Arrival arrival;
  private final MessageEdges edges = new MessageEdges();
  private final BegunMessage begun = new BegunMessage();
  private final int maxBytes;
  private final boolean keepsMessages;
  private @Nullable Handler<Throwable> onException;
  private long arrived;
  private long expected;
  private boolean refused;
  private boolean looking;

  /**
   * @param maxBytes the largest message
   * @param keepsMessages whether a message takes memory until the call ends, else until the next
   */
  public CountedRequest(
      HttpServerRequest request, InFlightBytes.Held held, int maxBytes, boolean keepsMessages) {
    super((HttpServerRequestInternal) request);
    this.held = held;
    this.arrival = new Arrival(held);
    this.maxBytes = maxBytes;
    this.keepsMessages = keepsMessages;
  }

  @Override
  public HttpServerRequest handler(@Nullable Handler<Buffer> handler) {
    super.handler(handler == null ? null : bytes -> count(bytes, handler));
    return this;
  }

  @Override
  public HttpServerRequest exceptionHandler(@Nullable Handler<Throwable> handler) {
    onException = handler;
    super.exceptionHandler(handler == null ? null : cause -> broken(cause, handler));
    return this;
  }

  /**
   * Vert.x drops a connection of HTTP/1 that breaks; closing it here sends the answer first, also
   * one that was made just before.
   */
  private void broken(Throwable cause, Handler<Throwable> next) {
    if (version() == HttpVersion.HTTP_2 || cause instanceof HttpClosedException) {
      next.handle(cause);
      return;
    }
    if (!response().headWritten()) {
      response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    refuse(Failure.invalid("body: %s (expected: well-formed HTTP)".formatted(cause.getMessage())));
    connection().close();
  }

  private void count(Buffer bytes, Handler<Buffer> next) {
    if (refused) {
      return; // and let the rest of the request go by
    }
    if (!keepsMessages && !edges.isInside()) {
      held.giveBack();
      arrived = 0;
      expected = 0;
    }
    edges.follow(bytes);
    if (refuseWrongFlag(edges.flags())) {
      return;
    }
    arrived += bytes.length();
    boolean mayCome = expect();
    long more = wanted() - held.bytes();
    if (!mayCome || (more > 0 && !held.grow(more))) {
      refuse(Failure.overloaded(held.refusal(more)));
      return;
    }
    if (begun.length() > 0 || (edges.isInside() && !isTooLarge())) {
      collect(bytes, next);
    } else {
      next.handle(bytes);
    }
    if (edges.isInside() && !looking) {
      looking = true;
      Vertx.currentContext().owner().setPeriodic(Arrival.LOOK_MILLIS, this::look);
    }
  }

  private void collect(Buffer bytes, Handler<Buffer> next) {
    begun.add(bytes);
    if (!edges.isInside() || isTooLarge()) {
      next.handle(BufferInternal.buffer(Unpooled.wrappedBuffer(begun.take())));
    }
  }

  /** Those who read messages refuse it, and keep none of it. */
  private boolean isTooLarge() {
    return edges.announcedBytes() > MessageEdges.PREFIX_BYTES + (long) maxBytes;
  }

  /** Tells how large the message will be; one that is too large is refused by those who read it. */
  private boolean expect() {
    long all = edges.announcedBytes();
    if (all == expected || isTooLarge()) {
      return true;
    }
    expected = all;
    return held.expect(all);
  }

  private long wanted() {
    long all = edges.announcedBytes();
    return held.isOversize() && QUARTER * arrived >= all ? Math.max(all, arrived) : arrived;
  }

  private void look(long timer) {
    HttpServerResponse response = response();
    if (refused || response.ended() || response.closed()) {
      Vertx.currentContext().owner().cancelTimer(timer);
    } else if (edges.isInside() && arrival.isTooSlow(arrived)) {
      refuse(Failure.overloaded(Arrival.refusal(arrived)));
    }
  }

  /** Ends the call when a message has a flag that it may not have. */
  private boolean refuseWrongFlag(int flags) {
    String encoding = getHeader(GrpcHeaderNames.GRPC_ENCODING);
    if ((flags & ~COMPRESSED) != 0) {
      refuse(Failure.invalid(unknownFlag(flags)));
    } else if (flags == COMPRESSED && MessageReader.IDENTITY.equals(encoding)) {
      refuse(
          Failure.invalid(
              "message: flag 1, compressed (expected: 0, because grpc-encoding names none)"),
          GrpcStatus.INTERNAL); // a must of the specification, whoever is to blame
    }
    return refused;
  }

  private String unknownFlag(int flags) {
    boolean base64 = version() != HttpVersion.HTTP_2 && Character.isLetterOrDigit(flags);
    return "message: flag %d (expected: 0, or 1 when it is compressed%s)"
        .formatted(flags, base64 ? "; base64 is not served" : "");
  }

  private void refuse(Failure failure) {
    refuse(failure, StatusAnswer.status(failure));
  }

  private void refuse(Failure failure, GrpcStatus status) {
    refused = true;
    begun.drop();
    if (onException != null) {
      onException.handle(new IOException(failure.getMessage())); // ends the call, silently
    }
    StatusAnswer.send(this, failure, status);
  }
}
