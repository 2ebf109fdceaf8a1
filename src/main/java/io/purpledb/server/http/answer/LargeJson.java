package io.purpledb.server.http.answer;

import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;
import io.purpledb.server.wire.unread.Parts;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request that is made and sent part by part, as the client takes it. Its room is
 * taken; it is given back when the last part is with the socket, or never will be.
 */
final class LargeJson {

  /** An array of the thread that no answer uses: many are made one after the other. */
  private static final FastThreadLocal<byte[]> SPARE = new FastThreadLocal<>();

  private final HttpServerResponse response;
  private final JsonText.Reader text;
  private final int room;
  private final UnreadConnection unread;

  /** Used again for each part: the next is made when the one before has been sent. */
  private final byte[] part;

  private LargeJson(
      HttpServerResponse response, JsonText.Reader text, int room, UnreadConnection unread) {
    this.response = response;
    this.text = text;
    this.room = room;
    this.unread = unread;
    this.part = part(Math.min(Parts.BYTES, text.left()));
  }

  private static byte[] part(int size) {
    byte[] spare = size == Parts.BYTES ? SPARE.get() : null;
    if (spare == null) {
      return new byte[size];
    }
    SPARE.remove();
    return spare;
  }

  /**
   * Begins to send a text, in gzip if that is asked for and there is room for it.
   *
   * @return false when there is no room, and nothing was sent
   */
  static boolean send(HttpServerRequest request, JsonText text, UnreadConnection unread) {
    int room = text.heldBytes() + Math.min(text.bytes(), 2 * Parts.BYTES);
    if (!Compression.isAsked(request, text.bytes())) {
      return unread.take(room) && begin(request, text, room, unread);
    }
    int most = mostInGzip(text);
    if (text.bytes() <= Compression.MAX_BYTES_ON_LOOP) {
      return unread.take(room) && end(request, text, Compression.gzip(text.reader(), most), room);
    }
    if (!Compression.BESIDE_THE_LOOP.tryAcquire()) {
      return unread.take(room) && end(request, text, null, room);
    }
    if (!unread.take(room + most)) {
      Compression.BESIDE_THE_LOOP.release();
      return unread.take(room) && end(request, text, null, room);
    }
    compress(request, text, most, room + most, unread);
    return true;
  }

  /** As much as the value may take that is in the text; what is larger is sent as it is. */
  private static int mostInGzip(JsonText text) {
    return Math.min(text.bytes() - 1, text.heldBytes() + text.heldBytes() / 8);
  }

  private static void compress(
      HttpServerRequest request, JsonText text, int most, int room, UnreadConnection unread) {
    Vertx.currentContext()
        .owner()
        .executeBlocking(() -> Optional.ofNullable(Compression.gzip(text.reader(), most)), false)
        .onComplete(x -> Compression.BESIDE_THE_LOOP.release())
        .onComplete(
            gzip -> {
              var unused = end(request, text, gzip.orElse(null), room);
            },
            failure -> {
              unread.answered(room);
              Problem.send(request, failure);
            });
  }

  private static boolean end(
      HttpServerRequest request, JsonText text, @Nullable Buffer gzip, int room) {
    UnreadConnection unread = UnreadConnection.of(request.connection());
    Buffer sent = Answer.encoded(request, Buffer.buffer(), gzip);
    if (gzip == null) {
      return begin(request, text, room, unread);
    }
    Answer.putVary(request.response(), text.bytes());
    Answer.endTaken(request.response(), sent, room, unread);
    return true;
  }

  /**
   * @param room that was taken
   */
  private static boolean begin(
      HttpServerRequest request, JsonText text, int room, UnreadConnection unread) {
    HttpServerResponse response = request.response();
    if (Answer.isGone(response)) { // while it was compressed
      unread.answered(room);
      return true;
    }
    Answer.putVary(response, text.bytes());
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(text.bytes()));
    new LargeJson(response, text.reader(), room, unread).sendNext();
    return true;
  }

  private void sendNext() {
    if (Answer.isGone(response)) {
      unread.answered(room);
      return;
    }
    Future<Void> sent;
    int size;
    try {
      size = text.next(part);
      Buffer made = BufferInternal.buffer(Unpooled.wrappedBuffer(part, 0, size));
      sent = text.left() == 0 ? response.end(made) : response.write(made);
    } catch (Throwable t) {
      unread.answered(room);
      throw t;
    }
    sent.onComplete(
        done -> {
          if (text.left() == 0) {
            if (part.length == Parts.BYTES) {
              SPARE.set(part); // not when it is lost: somebody may hold it yet
            }
            unread.answered(room);
          } else {
            unread.continueInTurn(size, this::sendNext);
          }
        },
        lost -> unread.answered(room));
  }
}
