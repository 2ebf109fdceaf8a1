package io.purpledb.server.http.answer;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Bytes;
import io.purpledb.message.JsonMessages;
import io.purpledb.server.http.parameter.EntityTags;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.unread.Parts;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is answered with.
 *
 * @param status the status, or 0 for the operation's success
 * @param type the media type, or null when there is no body
 * @param body what is sent; empty when there is no body, or a text
 * @param text what is sent instead when it is large, and is made then
 * @param events what is sent instead when there are many, one after another
 * @param headers what else is said of it; null when nothing is
 */
public record Answer(
    int status,
    @Nullable CharSequence type,
    Buffer body,
    @Nullable JsonText text,
    @Nullable Events<?> events,
    @Nullable MultiMap headers) {

  /** Says that it is done, and no more. */
  public static final Answer EMPTY = new Answer(0, null, Buffer.buffer());

  public static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
  static final CharSequence BYTES = HttpHeaders.createOptimized("application/octet-stream");

  private static final CharSequence GZIP = HttpHeaders.createOptimized("gzip");
  private static final int MOST_FOR_A_BYTE = 6;
  private static final int NO_CONTENT = 204;
  private static final int FOUND = 302;
  private static final int NOT_MODIFIED = 304;

  public Answer(int status, @Nullable CharSequence type, Buffer body) {
    this(status, type, body, null, null, null);
  }

  public static Answer json(Json.Members members) {
    return new Answer(0, JSON, Json.object(members));
  }

  /**
   * The same for one that may be large, and then is made when it is its turn to be sent.
   *
   * @param small the text when it is small
   * @param large the same text
   */
  public static Answer json(Json.Members small, JsonText large) {
    boolean isLarge =
        UnreadConnection.counts(large.heldBytes()) || UnreadConnection.counts(large.bytes());
    return isLarge ? new Answer(0, JSON, Buffer.buffer(), large, null, null) : json(small);
  }

  /** Whether the JSON of so many bytes may be large. */
  public static boolean mayBeLarge(int bytes) {
    return UnreadConnection.counts(bytes) || UnreadConnection.counts(MOST_FOR_A_BYTE * bytes);
  }

  /** An answer of many events. */
  public static Answer events(Events<?> events) {
    return new Answer(0, EventStream.TYPE, Buffer.buffer(), null, events, null);
  }

  static Answer text(String text) {
    return new Answer(0, TEXT, Buffer.buffer(text));
  }

  public static Answer text(ByteString utf8) {
    return new Answer(0, TEXT, Bytes.buffer(utf8));
  }

  public static Answer bytes(ByteString bytes) {
    return new Answer(0, BYTES, Bytes.buffer(bytes));
  }

  /** A message as a JSON object, by its descriptor. */
  public static Answer json(Message message) {
    return new Answer(0, JSON, JsonMessages.toJson(message).toBuffer());
  }

  /** The same with one more header. */
  public Answer withHeader(CharSequence name, String value) {
    MultiMap more = MultiMap.caseInsensitiveMultiMap();
    if (headers != null) {
      more.addAll(headers);
    }
    more.set(name, value);
    return new Answer(status, type, body, text, events, more);
  }

  /** The same with the version of what it shows, as a strong entity tag. */
  public Answer withVersion(String version) {
    return withHeader(HttpHeaders.ETAG, EntityTags.quoted(version));
  }

  /** The version of what it shows, quoted; null when it does not say. */
  public @Nullable String version() {
    return headers == null ? null : headers.get(HttpHeaders.ETAG);
  }

  /** The same without its body, for a client that has it already, and with what that varies by. */
  public Answer notModified() {
    int bytes = text == null ? body.length() : text.bytes();
    Answer varying =
        bytes < Compression.MIN_BYTES
            ? this
            : withHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING.toString());
    return new Answer(NOT_MODIFIED, null, Buffer.buffer(), null, null, varying.headers);
  }

  /** The same with another status. */
  public Answer withStatus(int other) {
    return new Answer(other, type, body, text, events, headers);
  }

  /**
   * Ends a request with this. To HEAD it says what GET would have answered.
   *
   * @param success the status to send when this has none
   */
  public void send(HttpServerRequest request, int success) {
    HttpServerResponse response = request.response();
    if (isGone(response)) {
      return;
    }
    int code = status == 0 ? success : status;
    response.setStatusCode(code);
    CommonHeaders.put(response);
    if (type != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    }
    if (headers != null) {
      response.headers().addAll(headers); // it may say already what it varies by
    }
    int bytes = body.length();
    if (text != null || UnreadConnection.counts(bytes)) {
      UnreadConnection unread = UnreadConnection.of(request.connection());
      unread.inTurn(text == null ? bytes : text.heldBytes(), () -> sendLarge(request, unread));
    } else if (code == NO_CONTENT || code == NOT_MODIFIED) {
      response.end();
    } else if (bytes == 0) { // not as a body: over HTTP/2 that would wait for a window
      response.putHeader(HttpHeaders.CONTENT_LENGTH, "0").end();
    } else {
      putVary(response, bytes);
      boolean asked = Compression.isAsked(request, bytes);
      end(request, asked ? encoded(request, body, Compression.gzip(body)) : body);
    }
  }

  private static void end(HttpServerRequest request, Buffer body) {
    if (request.method().equals(HttpMethod.HEAD)) {
      endHead(request, body.length());
    } else {
      request.response().end(body);
    }
  }

  /** Says of an answer that may be compressed, compressed or not, what that depends on. */
  static void putVary(HttpServerResponse response, int bytes) {
    if (bytes >= Compression.MIN_BYTES) {
      response.headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    }
  }

  /** The compressed form of a body if there is one, and what is to be said of it. */
  static Buffer encoded(HttpServerRequest request, Buffer body, @Nullable Buffer compressed) {
    if (compressed == null) {
      return body;
    }
    request.response().putHeader(HttpHeaders.CONTENT_ENCODING, GZIP);
    return compressed;
  }

  /** Sends a browser to another path of this server. */
  public static void redirect(HttpServerRequest request, String path) {
    request.response().putHeader(HttpHeaders.LOCATION, path);
    EMPTY.send(request, FOUND);
  }

  /**
   * Whether a client of HTTP/2 has reset its request meanwhile. To write an answer then would end
   * the connection; over HTTP/1.1 it ends with the request.
   */
  static boolean isGone(HttpServerResponse response) {
    return response.streamId() >= 0 && response.closed();
  }

  private static void endHead(HttpServerRequest request, int bytes) {
    request.response().putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes)).end();
  }

  /** How long it would be in gzip is not said: to find out would be all the work for nothing. */
  private static void endLargeHead(HttpServerRequest request, int bytes) {
    putVary(request.response(), bytes);
    if (Compression.isAsked(request, bytes)) {
      request.response().end();
    } else {
      endHead(request, bytes);
    }
  }

  private static Future<Void> endInParts(HttpServerResponse response, Buffer body) {
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    int at = 0;
    for (; body.length() - at > Parts.BYTES; at += Parts.BYTES) {
      var unused = response.write(body.slice(at, at + Parts.BYTES));
    }
    return response.end(body.slice(at, body.length()));
  }

  /**
   * Compresses it if that is asked for, and gives its room back when it is sent or never will be.
   */
  private static void endTaken(HttpServerRequest request, Buffer body, UnreadConnection unread) {
    int size = body.length();
    if (!Compression.isAsked(request, size)) {
      endTaken(request.response(), body, size, unread);
    } else if (size <= Compression.MAX_BYTES_ON_LOOP) {
      Buffer sent = encoded(request, body, Compression.gzip(body));
      endTaken(request.response(), sent, size, unread);
    } else if (!Compression.BESIDE_THE_LOOP.tryAcquire()) {
      endTaken(request.response(), body, size, unread);
    } else {
      Vertx.currentContext()
          .owner()
          .executeBlocking(() -> Optional.ofNullable(Compression.gzip(body)), false)
          .onComplete(x -> Compression.BESIDE_THE_LOOP.release())
          .onComplete(
              gzip -> {
                Buffer sent = encoded(request, body, gzip.orElse(null));
                endTaken(request.response(), sent, size, unread);
              },
              failure -> {
                unread.answered(size);
                Problem.send(request, failure);
              });
    }
  }

  /**
   * @param size the room that was taken
   */
  static void endTaken(
      HttpServerResponse response, Buffer body, int size, UnreadConnection unread) {
    if (isGone(response)) { // while it was compressed
      unread.answered(size);
      return;
    }
    Future<Void> sent;
    try {
      sent = endInParts(response, body);
    } catch (Throwable t) {
      unread.answered(size);
      throw t;
    }
    sent.onComplete(done -> unread.answered(size));
  }

  /** Ends it when there is room for what the client may leave unread, else with a problem. */
  private void sendLarge(HttpServerRequest request, UnreadConnection unread) {
    if (request.response().headWritten() || isGone(request.response())) {
      return; // it was answered otherwise while it waited for its turn
    }
    try {
      int size = text == null ? body.length() : text.bytes();
      if (request.method().equals(HttpMethod.HEAD)) {
        endLargeHead(request, size);
      } else if (text == null && unread.take(size)) {
        putVary(request.response(), size);
        endTaken(request, body, unread);
      } else if (text == null || !LargeJson.send(request, text, unread)) {
        request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        Problem.send(request, unread.noRoom(size));
      }
    } catch (Throwable t) {
      Problem.send(request, t);
    }
  }
}
