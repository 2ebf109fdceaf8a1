package io.purpledb.server.wire.unread;

import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.RoomShare;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Map;

/**
 * The answers of one connection of HTTP/2 whose streams are there, and which of them wait for their
 * client: one that is made and not away, or that has begun and finds no window. However small they
 * are, their streams and all behind them, such as the headers of the request, stay as long as they
 * wait. What that takes is bounded over all connections.
 */
final class OpenAnswers {

  /** What a stream takes beside its headers, about, most of it for the queues of Vert.x. */
  private static final long STREAM_BYTES = 8 << 10;

  /** How many times the bytes of its headers: as they came, as text, and what is around them. */
  private static final long COPIES = 3;

  /** Each connection may have a few small requests without asking for room. */
  private static final long FREE_BYTES = 32 << 10;

  private static final long STEP_BYTES = 64 << 10;

  private final Http2ConnectionHandler http2;
  private final RoomShare room = new RoomShare(Room.OF_REQUESTS, FREE_BYTES, STEP_BYTES);
  private final Map<HttpServerResponse, Open> open = new HashMap<>();
  private long bytes;

  private static final class Open {

    private final long bytes;
    private int answerBytes;
    private int looks;

    Open(long bytes) {
      this.bytes = bytes;
    }
  }

  OpenAnswers(Http2ConnectionHandler http2) {
    this.http2 = http2;
  }

  /**
   * A request has begun.
   *
   * @return whether there is room for it; it is watched in any case
   */
  boolean add(HttpServerResponse response, long headerBytes) {
    long more = STREAM_BYTES + COPIES * headerBytes;
    boolean fits = room.cover(bytes + more);
    bytes += fits ? more : 0;
    open.put(response, new Open(fits ? more : 0));
    return fits;
  }

  /**
   * A small answer is about to be written.
   *
   * @return whether its stream is there
   */
  boolean answered(HttpServerResponse response, int answerBytes) {
    Open answered = open.get(response);
    if (answered == null) {
      return false;
    }
    answered.answerBytes = answerBytes;
    return true;
  }

  /** Answers what was said of the size of its answer. */
  int remove(HttpServerResponse response) {
    Open ended = open.remove(response);
    if (ended == null) {
      return 0;
    }
    bytes -= ended.bytes;
    room.cover(bytes);
    return ended.answerBytes;
  }

  /** The connection is no more. */
  void clear() {
    open.clear();
    bytes = 0;
    room.cover(0);
  }

  /** Looks at all; answers for how many looks, with this one, the most patient has waited. */
  int look() {
    int most = 0;
    for (Map.Entry<HttpServerResponse, Open> one : open.entrySet()) {
      Open answer = one.getValue();
      answer.looks = waits(one.getKey()) ? answer.looks + 1 : 0;
      most = Math.max(most, answer.looks);
    }
    return most;
  }

  private boolean waits(HttpServerResponse response) {
    return response.ended() || (response.headWritten() && !hasWindow(response.streamId()));
  }

  boolean hasWindow(int id) {
    Http2Stream stream = http2.connection().stream(id);
    Http2RemoteFlowController window = http2.encoder().flowController();
    return stream == null || window.isWritable(stream);
  }
}
