package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import io.purpledb.support.process.ClusterPorts;
import io.purpledb.support.process.ServerProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What any client can cause over and over does not fill the log. */
final class LogIT {

  private static final String NONE = "/none/None";

  @Test
  @Timeout(60)
  void framesOfCallsThatAreOver(@TempDir Path directory) throws Exception {
    try (ServerProcess server = ServerProcess.start(directory, "--backend", "memory");
        RawHttp2 client = new RawHttp2(server.grpcPort()).open(65_535)) {
      client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.headers(NONE));
      awaitHeaders(client, 1); // of an answer
      for (int i = 0; i < 100; i++) {
        client.frame(RawHttp2.DATA, 0, 1, new byte[1]);
      }
      client.call(3, NONE, new byte[0]);
      awaitHeaders(client, 3);
      assertThat(server.output()).doesNotContain("io.netty");
    }
  }

  /** One line, of the heap that was asked for: a collector keeps a part of it to itself. */
  @Test
  @Timeout(60)
  void aHeapThatIsTooSmallForTheLargestValue(@TempDir Path directory) throws Exception {
    String[] args = {"--backend", "disk", "--max-value-bytes", "16MiB"};
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "140m", args)) {
      assertThat(server.output().lines().filter(line -> line.contains("heap: ")))
          .singleElement()
          .asString()
          .contains("WARNING", "heap: 140 MiB", "max-value-bytes is 16777216", "-Xmx144m");
    }
    try (ServerProcess server = ServerProcess.startWithHeap(directory, "144m", args)) {
      assertThat(server.output()).doesNotContain("heap: ");
    }
  }

  /**
   * Who starts, joins, leaves and stops as it should reads of Purple, and nothing of its engines.
   */
  @Tag("long")
  @Test
  @Timeout(120)
  void aClusterThatComesAndGoes(@TempDir Path directory) {
    String members = ClusterPorts.text(ClusterPorts.members(3));
    List<ServerProcess> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        nodes.add(node(directory, members));
      }
      nodes.forEach(ServerProcess::awaitReady);
      nodes.get(1).terminate();
      assertThat(nodes.get(1).outputAtEnd()).endsWith("Stopped.");
      nodes.add(node(directory, members).awaitReady());
      nodes.forEach(ServerProcess::terminate);
      for (ServerProcess node : nodes) {
        String output = node.outputAtEnd();
        assertThat(output).contains("INFO io.purpledb.cluster.Membership", "Stopped.");
        assertThat(output.lines().filter(LogIT::isOfAnEngine)).as(output).isEmpty();
      }
    } finally {
      nodes.forEach(ServerProcess::close);
    }
  }

  private static ServerProcess node(Path directory, String members) {
    return ServerProcess.launchOnFreePorts(
        directory,
        "--backend",
        "memory",
        "--kv-backend",
        "disk",
        "--cluster",
        "--cluster-members",
        members);
  }

  private static boolean isOfAnEngine(String line) {
    return line.matches(
        ".*(ISPN|infinispan|jgroups|ratis|io\\.grpc|clustered|MemberWatch|MemberPing|\tat ).*");
  }

  private static void awaitHeaders(RawHttp2 client, int wanted) throws IOException {
    DataInputStream in = new DataInputStream(client.in());
    boolean found = false;
    while (!found) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte(); // flags
      found = in.readInt() == wanted && type == RawHttp2.HEADERS;
      in.readFully(new byte[length]);
    }
  }
}
