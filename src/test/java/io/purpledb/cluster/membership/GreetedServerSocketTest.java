package io.purpledb.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers who know JGroups' greeting, and say nothing after it. */
@Timeout(30)
final class GreetedServerSocketTest {

  /** A mark, a version, the length of an address, an IPv4 address with its length, and a port. */
  private static final byte[] GREETING =
      ByteBuffer.allocate(15)
          .put(new byte[] {'b', 'e', 'l', 'a'})
          .putShort((short) (5 << 11 | 2 << 6 | 22))
          .putShort((short) 7)
          .put(new byte[] {4, 10, 1, 0, 1})
          .putShort((short) 7000)
          .array();

  private final List<Socket> clients = new ArrayList<>();
  private GreetedServerSocket port;

  @BeforeEach
  void listen() throws IOException {
    port = new GreetedServerSocket();
    port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
  }

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    port.close();
  }

  @Test
  void whoSaysNothingAfterTheGreetingIsNotReadForLong() throws Exception {
    connect();
    InputStream in = afterGreeting(port.accept());
    assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void whatIsSaidIsRead() throws Exception {
    Socket client = connect();
    InputStream in = afterGreeting(port.accept());
    client.getOutputStream().write(new byte[] {1, 2});
    assertThat(in.readNBytes(2)).containsExactly(1, 2);
  }

  /** As many as there may be, and no more; one that has spoken stays. */
  @Test
  void theSilentGiveWay() throws Exception {
    Socket member = connect();
    Socket accepted = port.accept();
    member.getOutputStream().write(1);
    assertThat(afterGreeting(accepted).read()).isEqualTo(1);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      connect();
      silent.add(port.accept());
    }
    assertThat(silent.stream().filter(socket -> !socket.isClosed()).count())
        .isLessThanOrEqualTo(64);
    assertThat(silent.get(99).isClosed()).isFalse();
    member.getOutputStream().write(2);
    assertThat(accepted.getInputStream().read()).isEqualTo(2);
  }

  private Socket connect() throws IOException {
    Socket client = new Socket(port.getInetAddress(), port.getLocalPort());
    clients.add(client);
    client.getOutputStream().write(GREETING);
    return client;
  }

  private static InputStream afterGreeting(Socket accepted) throws IOException {
    DataInputStream in = new DataInputStream(accepted.getInputStream());
    assertThat(in.readNBytes(GREETING.length)).isEqualTo(GREETING);
    return in;
  }
}
