package io.purpledb.backend.redis;

import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import io.vertx.redis.client.impl.RequestImpl;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis, with the encoder and the parser of the client library. The commands that
 * are sent during one pass of the event loop go out in one write at its end, so Redis reads and
 * answers them together: with a write for each, the system calls were half of what a command cost
 * Redis, and two fifths of what a request cost the kernel on our side.
 *
 * <p>Redis answers in order; a reply belongs to the oldest command without one. Not thread-safe:
 * used on its event loop only.
 */
final class RedisSocket implements ParserHandler {

  /** What is written before the end of the pass, so that large values do not pile up as copies. */
  private static final int MAX_UNWRITTEN_BYTES = 64 << 10;

  private static final int MAX_NESTED_ARRAYS = 32;

  private final NetSocket socket;
  private final Context context;
  private final ArrayDeque<Completable<@Nullable Response>> waiting = new ArrayDeque<>();
  private Consumer<String> onEnd = reason -> {};
  private @Nullable Buffer unwritten;
  private @Nullable String ended;

  /** Takes over a socket that was connected on the calling event loop. */
  RedisSocket(Vertx vertx, NetSocket socket) {
    this.socket = socket;
    this.context = vertx.getOrCreateContext();
    socket
        .handler(new RESPParser(this, MAX_NESTED_ARRAYS))
        .exceptionHandler(this::fail)
        .closeHandler(closed -> end("the connection was closed"));
  }

  /**
   * Says who is told why the connection ended, at once when it has; before its commands fail, and
   * not because of {@link #close}.
   */
  void onEnd(Consumer<String> handler) {
    onEnd = handler;
    if (ended != null) {
      handler.accept(ended);
    }
  }

  /** Sends a command. Fails with Redis's error reply, or when the connection ends without one. */
  Future<@Nullable Response> send(Request request) {
    Promise<@Nullable Response> reply = Promise.promise();
    send(request, reply);
    return reply.future();
  }

  /** The same for one who need not have a future. */
  void send(Request request, Completable<@Nullable Response> reply) {
    if (ended != null) {
      reply.fail(ended);
      return;
    }
    waiting.add(reply);
    Buffer command = ((RequestImpl) request).encode();
    if (unwritten != null) {
      unwritten.appendBuffer(command);
    } else {
      unwritten = command;
      context.runOnContext(endOfPass -> write());
    }
    if (unwritten.length() >= MAX_UNWRITTEN_BYTES) {
      write();
    }
  }

  /** Closes the connection; commands without a reply fail. */
  Future<Void> close() {
    onEnd = reason -> {};
    end("the connection was closed");
    return socket.close();
  }

  private void write() {
    Buffer commands = unwritten;
    unwritten = null;
    if (commands != null && ended == null) {
      socket.write(commands).onFailure(this::fail);
    }
  }

  @Override
  public void handle(@Nullable Response response) {
    if (response != null && response.type() == ResponseType.PUSH) {
      return; // answers nobody
    }
    Completable<@Nullable Response> reply = waiting.poll();
    if (reply == null) {
      return; // it came after the end
    }
    if (response instanceof ErrorType error) {
      reply.fail(error);
    } else {
      reply.succeed(response);
    }
  }

  @Override
  public void fail(Throwable error) {
    end(RedisErrors.reason(error));
  }

  private void end(String reason) {
    if (ended == null) {
      ended = reason;
      onEnd.accept(reason);
      waiting.forEach(reply -> reply.fail(reason));
      waiting.clear();
    }
  }
}
