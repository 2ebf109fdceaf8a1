package io.purpledb.backend.redis.socket;

import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.resp.ReplyKind;
import io.purpledb.backend.redis.resp.ReplyPause;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.backend.redis.resp.RespReplies;
import io.purpledb.message.Failure;
import io.purpledb.message.WaitingAnswers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis. The commands that are sent during one pass of the event loop go out in
 * one write at its end, so Redis reads and answers them together: with a write for each, the system
 * calls were half of what a command cost Redis, and two fifths of what a request cost the kernel on
 * our side.
 *
 * <p>Redis answers in order; a reply belongs to the oldest command without one. Nothing but the
 * order says so, hence whatever may have disturbed it ends the connection with all that wait on it:
 * anything that is thrown while it sends, reads or hands over a reply, OutOfMemoryError too, a
 * reply of another kind than the command's, and bytes that nobody asked for.
 *
 * <p>Not thread-safe: used on its event loop only.
 */
public final class RedisSocket implements RespReplies {

  /** The first byte of what Redis may send unasked. */
  private static final byte PUSH = '>';

  private final NetSocket socket;
  private final RedisOutbox outbox;
  private final RespCodec codec;
  private final RespCodec.Parser parser;
  private final ReplyPause pause;
  private final ArrayDeque<Pipelined> waiting = new ArrayDeque<>();
  private Consumer<String> onEnd = reason -> {};
  private @Nullable String ended;
  private boolean retired;

  /** How many of those that wait are asked for the connection's own sake. */
  private int own;

  /** Takes over a socket that was connected on the calling event loop. */
  public RedisSocket(Vertx vertx, NetSocket socket, RespCodec codec, ReplyRoom room) {
    this.socket = socket;
    this.codec = codec;
    this.outbox = new RedisOutbox(socket, vertx.getOrCreateContext(), this::fail);
    this.parser = codec.parser(this, room);
    this.pause = new ReplyPause(vertx, socket, WaitingAnswers.OF_PROCESS);
    socket
        .handler(this::read)
        .exceptionHandler(this::fail)
        .closeHandler(closed -> end("the connection was closed"));
  }

  /**
   * Says who is told why the connection ended, at once when it has; before its commands are lost,
   * and not because of {@link #close} or {@link #retire}.
   */
  public void onEnd(Consumer<String> handler) {
    onEnd = handler;
    if (ended != null) {
      handler.accept(ended);
    }
  }

  /**
   * Sends a command for the connection's own sake, which is no part of its {@link #size}. Fails
   * with Redis's error reply, or when the connection ends without one.
   */
  public Future<@Nullable Response> send(Request request) {
    OneCommand command = new OneCommand(request);
    own++; // until it is answered: everything is, and once
    command.reply().future().onComplete(x -> own--);
    send(command);
    return command.reply().future();
  }

  /** Sends a command that is told what becomes of it; throws nothing. */
  public void send(Pipelined command) {
    if (ended != null) {
      command.lost(ended);
      return;
    }
    boolean isWaiting = false;
    try {
      Buffer bytes = encode(command.requests());
      command.sent();
      outbox.append(bytes);
      if (ended == null) { // writing may have failed
        isWaiting = waiting.add(command);
      }
    } catch (Throwable e) {
      broken(e);
    }
    if (!isWaiting) {
      command.lost(ended == null ? "the connection broke" : ended);
    }
  }

  private Buffer encode(List<Request> requests) {
    Buffer bytes = codec.encode(requests.get(0));
    for (int i = 1; i < requests.size(); i++) {
      bytes.appendBuffer(codec.encode(requests.get(i)));
    }
    return bytes;
  }

  /** How many commands of others have no reply yet. */
  public int size() {
    return waiting.size() - own;
  }

  /** Whether the oldest command was sent so long ago, or longer. */
  public boolean overdue(long nowNanos, long timeoutNanos) {
    Pipelined oldest = waiting.peek();
    return oldest != null && nowNanos - oldest.sentNanos() >= timeoutNanos;
  }

  /** Gets no more commands; closes when those that it has are answered. */
  public void retire() {
    onEnd = reason -> {};
    retired = true;
    endIfRetired();
  }

  /** Closes the connection; commands without a reply are lost. */
  public void close(String reason) {
    onEnd = ignored -> {};
    end(reason);
  }

  /** Ends a connection that cannot be used; says so to {@link #onEnd} and loses its commands. */
  public void end(String reason) {
    if (ended != null) {
      return;
    }
    ended = reason;
    outbox.close();
    parser.close();
    try {
      onEnd.accept(reason);
    } catch (Throwable e) {
      RedisErrors.log(e);
    }
    for (Pipelined command = waiting.poll(); command != null; command = waiting.poll()) {
      lose(command, reason);
    }
    try {
      socket.close();
    } catch (Throwable e) {
      RedisErrors.log(e);
    }
  }

  private void read(Buffer chunk) {
    try {
      if (ended == null && waiting.isEmpty() && chunk.getByte(0) != PUSH) {
        end("it sent what nobody asked for: " + RedisErrors.shown(chunk.toString().strip()));
      }
      if (ended == null) {
        parser.handle(chunk);
        pause.look();
      }
    } catch (Throwable e) { // the parser is somewhere in the middle of a reply
      broken(e);
    }
  }

  @Override
  public void handle(@Nullable Response response) {
    if (ended != null || (response != null && response.type() == ResponseType.PUSH)) {
      return; // answers nobody
    }
    Pipelined command = waiting.peek();
    if (command == null) {
      end("it sent what nobody asked for: " + RedisErrors.shown(String.valueOf(response)));
      return;
    }
    if (command.takes(response)) {
      return; // it has more to come
    }
    waiting.remove();
    try {
      handOver(command, response);
    } catch (Throwable e) {
      lose(command, "its reply could not be handed over");
      throw e;
    }
    endIfRetired();
  }

  @Override
  public void dropped(ResponseType type, Failure reason) {
    Pipelined command = ended != null || type == ResponseType.PUSH ? null : waiting.peek();
    if (command == null || command.takes(null)) {
      return; // there is one, or read() would have ended it
    }
    waiting.remove();
    try {
      if (ReplyKind.of(command.request().command()).fits(type)) {
        command.dropped(reason);
      } else {
        end("a large reply of type %s".formatted(type));
        command.lost(String.valueOf(ended));
      }
    } catch (Throwable e) {
      lose(command, "its reply could not be handed over");
      throw e;
    }
    endIfRetired();
  }

  private void handOver(Pipelined command, @Nullable Response response) {
    if (response instanceof ErrorType error) {
      command.refused(error);
      return;
    }
    ReplyKind expected = ReplyKind.of(command.request().command());
    if (expected.fits(response)) {
      command.answered(response);
    } else {
      String type = response == null ? "null" : response.type().toString();
      end("a reply of type %s (expected: %s)".formatted(type, expected));
      command.lost(String.valueOf(ended));
    }
  }

  private void endIfRetired() {
    if (retired && waiting.isEmpty()) {
      end("the connection was replaced");
    }
  }

  @Override
  public void fail(Throwable error) {
    String reason = "the connection broke";
    try {
      reason = RedisErrors.reason(error);
    } catch (Throwable noRoomForWords) {
      // the connection ends without
    }
    end(reason);
  }

  /** Ends because of what was thrown here: a defect, or a process without memory. */
  private void broken(Throwable thrown) {
    fail(thrown);
    RedisErrors.log(thrown);
  }

  /** What one command throws must not keep the next from being told. */
  private static void lose(Pipelined command, String reason) {
    try {
      command.lost(reason);
    } catch (Throwable e) {
      RedisErrors.log(e);
    }
  }
}
