package io.purpledb.server.http.answer;

import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.connection.ConnectionSetup;
import io.purpledb.server.wire.unread.StreamWriter;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** One answer of many events, from its head to its last event. */
final class EventStream<R extends Message> implements StreamWriter.Sink<R> {

  static final CharSequence TYPE = HttpHeaders.createOptimized("text/event-stream");

  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  /** Has nginx pass each event on at once. */
  private static final CharSequence BUFFERING = HttpHeaders.createOptimized("x-accel-buffering");

  private static final CharSequence NO = HttpHeaders.createOptimized("no");
  private static final long CANCEL = 0x8;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Events<R> events;
  private final EventStreams open;
  private final StreamWriter<R> writer;
  private boolean quiet = true;
  private long comments = NO_TIMER;

  EventStream(Vertx vertx, HttpServerRequest request, Events<R> events, EventStreams open) {
    this.vertx = vertx;
    this.request = request;
    this.response = request.response();
    this.events = events;
    this.open = open;
    this.writer =
        new StreamWriter<>(vertx, events.stream(), this, UnreadConnection.of(request.connection()));
  }

  /**
   * Begins the answer; what is thrown lets the stream go.
   *
   * @param quietMillis how long it says nothing before it says that it is there
   */
  void start(long quietMillis) {
    try {
      begin(quietMillis);
    } catch (Throwable t) {
      stop();
      throw t;
    }
  }

  private void begin(long quietMillis) {
    if (response.closed()) { // while it was asked for; no handler would hear of it any more
      events.stream().cancel();
      return;
    }
    CommonHeaders.put(response);
    response.putHeader(HttpHeaders.CONTENT_TYPE, TYPE);
    response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
    response.putHeader(BUFFERING, NO);
    if (request.method().equals(HttpMethod.HEAD)) {
      events.stream().cancel();
      response.end();
      return;
    }
    if (request.version() == HttpVersion.HTTP_1_0) { // it has no chunks: the close is the end
      ConnectionSetup.endWithNextAnswer(request.connection());
    }
    open.add(this);
    response.setChunked(true);
    response.closeHandler(gone -> stop());
    response.exceptionHandler(broken -> stop());
    comments = vertx.setPeriodic(quietMillis, id -> comment());
    if (request.version() == HttpVersion.HTTP_1_0) {
      var unused = response.write(ServerEvent.COMMENT); // its head goes with a body alone
    } else {
      var unused = response.writeHead();
    }
    writer.start();
  }

  /** Keeps it from looking dead, when it has said nothing since the last time. */
  private void comment() {
    if (quiet && !writer.isFull()) {
      var unused = response.write(ServerEvent.COMMENT);
    }
    quiet = true;
  }

  /** Ends it before its end. */
  void stop(Failure why) {
    stop();
    if (!response.ended() && !response.closed()) {
      endWith(ServerEvent.problem(Problem.members(why)));
    }
  }

  private void stop() {
    release();
    writer.stop();
  }

  private void release() {
    vertx.cancelTimer(comments);
    open.remove(this);
  }

  @Override
  public Future<Void> write(R message) {
    quiet = false;
    return response.write(events.event().apply(message).text());
  }

  @Override
  public void end(@Nullable Throwable cause) {
    release();
    endWith(
        cause == null
            ? ServerEvent.end()
            : ServerEvent.problem(Problem.members(Failure.of(cause))));
  }

  private void endWith(ServerEvent last) {
    var unused = response.end(last.text());
  }

  @Override
  public void abandon() {
    release();
    if (request.version() == HttpVersion.HTTP_2) {
      response.reset(CANCEL);
    } else {
      request.connection().close();
    }
  }
}
