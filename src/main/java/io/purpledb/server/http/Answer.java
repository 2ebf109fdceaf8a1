package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import io.purpledb.message.Bytes;
import io.purpledb.server.UnreadConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a request is answered with.
 *
 * @param status the status, or 0 for the operation's success
 * @param type the media type, or null when there is no body
 */
record Answer(int status, @Nullable CharSequence type, Buffer body) {

  /** Says that it is done, and no more. */
  static final Answer EMPTY = new Answer(0, null, Buffer.buffer());

  static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
  static final CharSequence BYTES = HttpHeaders.createOptimized("application/octet-stream");

  private static final int NO_CONTENT = 204;

  static Answer json(Json.Members members) {
    return new Answer(0, JSON, Json.object(members));
  }

  static Answer text(String text) {
    return new Answer(0, TEXT, Buffer.buffer(text));
  }

  static Answer bytes(ByteString bytes) {
    return new Answer(0, BYTES, Bytes.buffer(bytes));
  }

  /** The same with another status. */
  Answer withStatus(int other) {
    return new Answer(other, type, body);
  }

  /**
   * Ends a request with this. To HEAD it says what GET would have answered.
   *
   * @param success the status to send when this has none
   */
  void send(HttpServerRequest request, int success) {
    HttpServerResponse response = request.response();
    int code = status == 0 ? success : status;
    response.setStatusCode(code);
    if (type != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end();
    } else if (code == NO_CONTENT) {
      response.end();
    } else if (UnreadConnection.counts(body.length())) {
      sendLarge(request);
    } else {
      response.end(body);
    }
  }

  /** Ends it when there is room for what the client may leave unread, else with a problem. */
  private void sendLarge(HttpServerRequest request) {
    UnreadConnection unread = UnreadConnection.of(request.connection());
    int bytes = body.length();
    if (unread.take(bytes)) {
      request.response().end(body).onComplete(done -> unread.answered(bytes));
    } else {
      request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      Problem.send(request, unread.noRoom(bytes));
    }
  }
}
