package io.purpledb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.PurpleClient;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.support.TestCertificate;
import io.purpledb.support.process.ClusterPorts;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with certificates: they speak with each other, and with nobody who has none of theirs. */
@Tag("long")
@Timeout(60)
class ClusterTlsTest {

  private static final String ECHO = "test.echo";

  @Test
  void speaksWithItsOwnOnly(@TempDir Path directory) throws Exception {
    ClusterTls ours = TestCertificate.in(directory.resolve("ours"));
    ClusterTls others = TestCertificate.in(directory.resolve("others"));
    try (BusNodes nodes = new BusNodes(2, ours)) {
      BusNodes.await(
          nodes.vertx(0).eventBus().consumer(ECHO, asked -> asked.reply("yes")).completion());

      assertThat(BusNodes.await(nodes.vertx(1).eventBus().request(ECHO, "?")).body())
          .isEqualTo("yes");
      assertThat(nodes.membership(0).hasMajority()).isTrue();

      String members = ClusterPorts.text(nodes.members());
      assertStranger(PurpleClient.join(members), nodes);
      assertStranger(PurpleClient.join(members, others, new VertxOptions()), nodes);
      Member node = nodes.members().get(0);
      assertRefusesPlainText(node.membershipPort());
      assertRefusesPlainText(node.busPort());
    }
  }

  @Test
  void letsItsOwnInThoughManySilentConnectionsWait(@TempDir Path directory) throws Exception {
    ClusterTls ours = TestCertificate.in(directory);
    List<Socket> silent = new ArrayList<>();
    try (BusNodes nodes = new BusNodes(1, ours)) {
      int port = nodes.members().get(0).membershipPort();
      for (int i = 0; i < 30; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      String members = ClusterPorts.text(nodes.members());
      PurpleClient guest = BusNodes.await(PurpleClient.join(members, ours, new VertxOptions()));
      assertThat(guest).isNotNull();
      BusNodes.await(guest.close());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static void assertStranger(Future<PurpleClient> joining, BusNodes nodes) {
    assertThatThrownBy(() -> BusNodes.await(joining))
        .hasMessageContaining("cannot join the cluster");
    assertThat(nodes.membership(0).toJson().getJsonArray("members")).hasSize(2);
  }

  /** A client that shows no certificate gets no word. */
  private static void assertRefusesPlainText(int port) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(5_000);
      socket
          .getOutputStream()
          .write("hello, is there somebody?\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      assertThat(new String(answer, StandardCharsets.ISO_8859_1))
          .hasSizeLessThan(16); // a TLS alert, or nothing
    } catch (java.net.SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Test
  void saysWhichFileIsWrong(@TempDir Path directory) throws Exception {
    ClusterTls tls = TestCertificate.in(directory);
    Files.writeString(tls.key(), "not a key");
    assertThatThrownBy(() -> new BusNodes(1, tls)).hasMessageContaining("cannot join the cluster");
  }
}
