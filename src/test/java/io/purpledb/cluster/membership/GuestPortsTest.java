package io.purpledb.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GuestPortsTest {

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @Test
  void aPortWhoseNextOneIsTakenIsPassedOver() throws IOException {
    int free = GuestPorts.find(LOOPBACK);
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      int port = taken.getLocalPort();
      Iterator<Integer> candidates = List.of(port - 1, port, free).iterator();
      assertThat(GuestPorts.find(LOOPBACK, candidates::next)).isEqualTo(free);
    }
  }

  @Test
  void withoutTwoPortsThereIsNone() {
    assertThatThrownBy(() -> GuestPorts.find(LOOPBACK, () -> 65_535))
        .isInstanceOf(BindException.class);
  }
}
