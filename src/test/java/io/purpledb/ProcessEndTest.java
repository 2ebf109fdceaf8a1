package io.purpledb;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot go on ends, with one line and a code of its own; all else does not. */
class ProcessEndTest {

  private final BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
  @TempDir private Path directory = Path.of("");

  @Test
  void memoryThatRanOutOnAnEventLoopEndsTheProcess() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      end().watch(vertx);
      vertx.runOnContext(
          x -> {
            throw new OutOfMemoryError("a test");
          });

      assertThat(codes.poll(10, TimeUnit.SECONDS)).isEqualTo(3);
      assertThat(printed())
          .isEqualTo(
              "purple: out of memory (expected: a larger -Xmx, or a smaller memory-budget); the"
                  + " process ends with exit code 3"
                  + System.lineSeparator());
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void anEventLoopThatEndsEndsTheProcess() throws Exception {
    Vertx vertx = Vertx.vertx();
    end().watch(vertx);
    var unused =
        ((VertxInternal) vertx)
            .nettyEventLoopGroup()
            .next()
            .shutdownGracefully(0, 0, TimeUnit.SECONDS);

    assertThat(codes.poll(10, TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(printed()).startsWith("purple: an event loop has ended; ");
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aStopDoesNot() throws Exception {
    Vertx vertx = Vertx.vertx();
    ProcessEnd end = end();
    end.watch(vertx);
    end.closing();
    vertx.close().await(10, TimeUnit.SECONDS);

    end.loopEnded();
    assertThat(codes).isEmpty();
  }

  @Test
  void aDefectDoesNot() throws Exception {
    ProcessEnd end = end();
    end.uncaught(new IllegalStateException("a test"));
    end.uncaught(new StackOverflowError("a test"));

    assertThat(codes).isEmpty();
    assertThat(printed()).isEmpty();
  }

  private ProcessEnd end() throws IOException {
    return new ProcessEnd(new FileOutputStream(directory.resolve("err").toFile()), codes::add);
  }

  private String printed() throws IOException {
    return Files.readString(directory.resolve("err"));
  }
}
