package io.purpledb;

import io.netty.util.concurrent.EventExecutor;
import io.purpledb.backend.CannotGoOnError;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * Ends a process that cannot go on, so that whoever watches over it starts it again: one that ran
 * out of memory, outside of a request that can be told so, is in no known state, one without an
 * event loop answers nobody, and an engine may say that it cannot go on. One line on standard
 * error, and exit code {@value #EXIT_CODE}, which is also that of the JVM's ExitOnOutOfMemoryError.
 *
 * <p>An OutOfMemoryError of Netty, which bounds the memory outside of the heap by itself, is
 * treated alike if it comes here; in the course of reading or writing it closes one connection and
 * does not.
 */
final class ProcessEnd {

  static final int EXIT_CODE = 3;

  private static final Logger LOG = System.getLogger(ProcessEnd.class.getName());

  /** Made ahead: there may be no room for it when it is needed. */
  private static final byte[] OUT_OF_MEMORY =
      line("out of memory (expected: a larger -Xmx, or a smaller memory-budget)");

  private static final byte[] DEAD_LOOP = line("an event loop has ended");
  private static final byte[] BROKEN = line("the JVM cannot go on");

  private final FileOutputStream out;
  private final IntConsumer exit;
  private volatile boolean closing;

  ProcessEnd(FileOutputStream out, IntConsumer exit) {
    this.out = out;
    this.exit = exit;
  }

  /** Ends this process. */
  static ProcessEnd ofThisProcess() {
    return new ProcessEnd(
        new FileOutputStream(FileDescriptor.err), Runtime.getRuntime()::halt); // no shutdown hooks
  }

  private static byte[] line(String text) {
    return "purple: %s; the process ends with exit code %d%n"
        .formatted(text, EXIT_CODE)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Hears of what no thread catches. */
  void watchThreads() {
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught(thrown));
  }

  /** Hears of what no handler catches, and of event loops that end. */
  void watch(Vertx vertx) {
    vertx.exceptionHandler(this::uncaught);
    VertxInternal internal = (VertxInternal) vertx;
    for (EventExecutor loop : internal.nettyEventLoopGroup()) {
      loop.terminationFuture().addListener(ended -> loopEnded());
    }
    for (EventExecutor acceptor : internal.acceptorEventLoopGroup()) {
      acceptor.terminationFuture().addListener(ended -> loopEnded());
    }
  }

  /** From now on event loops may end. */
  void closing() {
    closing = true;
  }

  void loopEnded() {
    if (!closing) {
      end(DEAD_LOOP);
    }
  }

  void uncaught(Throwable thrown) {
    if (thrown instanceof CannotGoOnError told) {
      end(line(String.valueOf(told.getMessage())));
    } else if (thrown instanceof OutOfMemoryError) {
      end(OUT_OF_MEMORY);
    } else if (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)) {
      end(BROKEN);
    } else {
      LOG.log(Level.ERROR, "unhandled", thrown);
    }
  }

  private void end(byte[] line) {
    try {
      out.write(line);
    } catch (IOException | Error e) {
      // Nobody can be told.
    } finally {
      exit.accept(EXIT_CODE);
    }
  }
}
