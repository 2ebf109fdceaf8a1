package io.purpledb.server.wire.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.purpledb.config.ServerLimits;
import io.purpledb.support.TestConfigs;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the gate of a server does without file descriptors. */
class ConnectionGateTest {

  private static final ServerLimits LIMITS = TestConfigs.limits(100, 50, 60_000);

  private static EmbeddedChannel acceptor(long most) {
    return new EmbeddedChannel(new ConnectionGate(LIMITS, most, false));
  }

  private static List<EmbeddedChannel> accept(EmbeddedChannel acceptor, int connections) {
    List<EmbeddedChannel> accepted =
        IntStream.range(0, connections).mapToObj(i -> new EmbeddedChannel()).toList();
    accepted.forEach(acceptor::writeInbound);
    return accepted;
  }

  @Test
  void whatCannotBeAcceptedMakesItWaitASecond() {
    EmbeddedChannel acceptor = acceptor(1_000);
    acceptor.freezeTime();
    acceptor.pipeline().fireExceptionCaught(new IOException("Too many open files"));
    assertThat(acceptor.config().isAutoRead()).isFalse();
    acceptor.advanceTimeBy(999, TimeUnit.MILLISECONDS);
    acceptor.runScheduledPendingTasks();
    assertThat(acceptor.config().isAutoRead()).isFalse();
    acceptor.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    acceptor.runScheduledPendingTasks();
    assertThat(acceptor.config().isAutoRead()).isTrue();
    acceptor.checkException(); // none goes on to Netty, which would log each with its stack
  }

  @Test
  void oneAddressHasTheSameShareOfFewerConnections() {
    List<EmbeddedChannel> accepted = accept(acceptor(10), 10);
    assertThat(accepted.stream().filter(EmbeddedChannel::isOpen)).hasSize(5);
  }

  @Test
  void oneAddressHasWhatIsSetWhenThatCanBe() {
    List<EmbeddedChannel> accepted = accept(acceptor(1_000), 60);
    assertThat(accepted.stream().filter(EmbeddedChannel::isOpen)).hasSize(50);
  }
}
