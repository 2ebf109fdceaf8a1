package io.purpledb.backend.redis.socket;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection's commands on their way out: those of one pass of the event loop are
 * one write at its end. What is thrown by {@link #append}, or told to {@link #onBroken}'s handler
 * later, leaves a stream in which a command is cut or missing: the connection must end.
 */
final class RedisOutbox {

  /** What is written before the end of the pass, so that large values do not pile up as copies. */
  private static final int MAX_UNWRITTEN_BYTES = 64 << 10;

  private final NetSocket socket;
  private final Context context;
  private final Consumer<Throwable> onBroken;
  private @Nullable Buffer unwritten;
  private boolean closed;

  /**
   * @param onBroken is told what went wrong at the end of a pass or in a write
   */
  RedisOutbox(NetSocket socket, Context context, Consumer<Throwable> onBroken) {
    this.socket = socket;
    this.context = context;
    this.onBroken = onBroken;
  }

  /** Takes a buffer that nobody else has. */
  void append(Buffer bytes) {
    if (unwritten != null && bytes.length() >= MAX_UNWRITTEN_BYTES) {
      write(); // rather than copy a large value behind it
    }
    if (unwritten != null) {
      unwritten.appendBuffer(bytes);
    } else {
      unwritten = bytes;
      context.runOnContext(endOfPass -> flush());
    }
    if (unwritten.length() >= MAX_UNWRITTEN_BYTES) {
      write();
    }
  }

  /** Writes no more. */
  void close() {
    closed = true;
    unwritten = null;
  }

  private void flush() {
    try {
      write();
    } catch (Throwable e) {
      onBroken.accept(e);
    }
  }

  private void write() {
    Buffer commands = unwritten;
    unwritten = null;
    if (commands != null && !closed) {
      socket.write(commands).onFailure(onBroken::accept);
    }
  }
}
