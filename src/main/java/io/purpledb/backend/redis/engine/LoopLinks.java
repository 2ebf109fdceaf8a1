package io.purpledb.backend.redis.engine;

import io.netty.channel.EventLoop;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A connection for each event loop that calls, made when it first does. Thread-safe. */
final class LoopLinks {

  private final VertxInternal vertx;
  private final RedisServer server;
  private final Map<EventLoop, Place> places = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  LoopLinks(Vertx vertx, RedisServer server) {
    this.vertx = (VertxInternal) vertx;
    this.server = server;
  }

  /** A loop, and its link once something was asked for there. */
  private static final class Place {

    private final ContextInternal context;
    private @Nullable LoopLink link;

    Place(ContextInternal context) {
      this.context = context;
    }

    /**
     * On the loop. Made in a context of no verticle: what is made in that of one ends with it, and
     * others use this one, too.
     */
    LoopLink link(RedisServer server) {
      LoopLink known = link;
      if (known == null) {
        ContextInternal caller = context.beginDispatch();
        try {
          known = new LoopLink(server);
        } finally {
          context.endDispatch(caller);
        }
        link = known;
      }
      return known;
    }
  }

  /** Does something with the link of the caller's loop; the answer comes there. */
  <T> Future<T> here(Function<LoopLink, Future<T>> work) {
    if (isClosed) {
      return Future.failedFuture(Failure.unavailable("redis: closed; nothing was sent"));
    }
    ContextInternal caller = vertx.getOrCreateContext();
    Place place = places.computeIfAbsent(caller.nettyEventLoop(), this::place);
    if (caller.nettyEventLoop().inEventLoop()) {
      return work.apply(place.link(server));
    }
    PromiseInternal<T> promise = caller.promise();
    place.context.runOnContext(
        x ->
            Future.<Void>succeededFuture()
                .compose(y -> work.apply(place.link(server))) // also takes what it throws
                .onComplete(promise));
    return promise.future();
  }

  private Place place(EventLoop loop) {
    return new Place(vertx.contextBuilder().withEventLoop(loop).build());
  }

  /** Closes all links; what has no reply fails. */
  Future<Void> close() {
    isClosed = true;
    List<Future<Void>> closing = new ArrayList<>();
    for (Place place : places.values()) {
      PromiseInternal<Void> closed = vertx.getOrCreateContext().promise();
      place.context.runOnContext(x -> place.link(server).link().close().onComplete(closed));
      closing.add(closed.future());
    }
    return Future.join(closing).mapEmpty();
  }
}
