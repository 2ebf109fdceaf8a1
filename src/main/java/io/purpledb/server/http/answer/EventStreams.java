package io.purpledb.server.http.answer;

import io.purpledb.message.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The streams of events that one server has open on one event loop. */
public final class EventStreams {

  private final Vertx vertx;
  private final long quietMillis;
  private final Set<EventStream<?>> open = new HashSet<>();

  /**
   * @param quietMillis how long a stream says nothing before it says that it is there
   */
  public EventStreams(Vertx vertx, long quietMillis) {
    this.vertx = vertx;
    this.quietMillis = quietMillis;
  }

  /** Begins an answer; HEAD gets its head. */
  public void answer(HttpServerRequest request, Events<?> events) {
    new EventStream<>(vertx, request, events, this).start(quietMillis);
  }

  /** Ends all of them, so that their readers go elsewhere, because the server is about to stop. */
  public void end() {
    List.copyOf(open).forEach(stream -> stream.stop(Failure.unavailable("the server is stopping")));
  }

  void add(EventStream<?> stream) {
    open.add(stream);
  }

  void remove(EventStream<?> stream) {
    open.remove(stream);
  }
}
