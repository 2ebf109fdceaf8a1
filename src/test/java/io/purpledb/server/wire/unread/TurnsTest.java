package io.purpledb.server.wire.unread;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom large answers let in. */
@Timeout(10)
class TurnsTest {

  private static final int LARGE = 1 << 20;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Turns turns = new Turns();
  private final List<String> order = new ArrayList<>();

  @AfterEach
  void stop() {
    var unused = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
  }

  @Test
  void oneLargeAnswerAPass() throws Exception {
    await(
        () -> {
          take(LARGE, "a");
          take(LARGE, "b");
          take(LARGE, "c");
          loop.execute(() -> order.add("other"));
        });

    assertThat(order).containsExactly("a", "other", "b", "c");
  }

  @Test
  void severalThatAreLessLargeAreOfOnePass() throws Exception {
    await(
        () -> {
          take(LARGE / 2, "a");
          take(LARGE / 2, "b");
          take(LARGE / 2, "c");
          loop.execute(() -> order.add("other"));
        });

    assertThat(order).containsExactly("a", "b", "other", "c");
  }

  @Test
  void oneThatThrowsKeepsNoneFromItsTurn() throws Exception {
    await(
        () -> {
          take(LARGE, "a");
          turns.take(
              loop,
              LARGE,
              () -> {
                throw new IllegalStateException("of the test");
              });
          take(LARGE, "b");
        });

    assertThat(order).containsExactly("a", "b");
  }

  private void take(int bytes, String name) {
    turns.take(loop, bytes, () -> order.add(name));
  }

  /** Runs it, and waits until all that it took has had its turn. */
  private void await(Runnable work) throws Exception {
    loop.submit(work).get();
    for (int i = 0; i < 5; i++) {
      loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get();
    }
  }
}
