package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.config.Member;
import io.purpledb.support.process.ClusterPorts;
import io.purpledb.support.process.ServerProcess;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A port of a member that another process has ends its start with one line that names it. */
@Tag("long")
@Timeout(120)
class TakenPortIT {

  /** The last argument is the place of the port among those of a member, if it is one of them. */
  @ParameterizedTest
  @CsvSource({
    "memory, cluster-self, 0",
    "memory, cluster-self, 1",
    "memory, cluster-self, 2",
    "memory, cluster-self, 3",
    "memory, http-port, -1",
    "memory, grpc-port, -1",
  })
  void isNamedInOneLine(String backend, String setting, int place, @TempDir Path directory)
      throws Exception {
    Member self = ClusterPorts.members(1).get(0);
    int port = place < 0 ? 0 : self.port() + place;
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      List<String> args = new ArrayList<>(List.of("--host", "127.0.0.1", "--backend", backend));
      Collections.addAll(args, "--cluster", "--cluster-members", self.id());
      Collections.addAll(args, "--cluster-self", self.id());
      for (String name : List.of("http-port", "grpc-port")) {
        args.add("--" + name);
        args.add(name.equals(setting) ? "" + taken.getLocalPort() : "0");
      }
      try (ServerProcess server =
          ServerProcess.launch(directory, Map.of(), args.toArray(String[]::new))) {
        String output = server.outputAtEnd();
        assertThat(server.awaitExit()).as(output).isEqualTo(1);
        List<String> wrong =
            output.lines().filter(line -> !line.matches(".* INFO io.purpledb[^ ]*: .*")).toList();
        assertThat(wrong).as(output).hasSize(1);
        assertThat(wrong.get(0))
            .startsWith("purple: " + setting + ": ")
            .contains("" + taken.getLocalPort())
            .contains("is taken by another process (expected: ");
      }
    }
  }

  /** One node too many on a machine, which has not said which one it is to be. */
  @Test
  @Timeout(60)
  void nothingIsLeftForAnotherNode(@TempDir Path directory) throws Exception {
    List<Member> members = ClusterPorts.members(2);
    List<DatagramSocket> claims = new ArrayList<>();
    try (ServerSocket a = taken(members.get(0), claims);
        ServerSocket b = taken(members.get(1), claims);
        ServerProcess server =
            ServerProcess.launchOnFreePorts(
                directory,
                "--backend",
                "memory",
                "--cluster",
                "--cluster-members",
                ClusterPorts.text(members))) {
      assertThat(List.of(a, b)).allMatch(ServerSocket::isBound);
      String output = server.outputAtEnd();
      assertThat(server.awaitExit()).as(output).isEqualTo(1);
      assertThat(output.lines().filter(line -> line.startsWith("purple: ")))
          .containsExactly(
              "purple: cluster-members: no node is left for this server, as other processes have"
                  + " ports of all on this machine, %s, %s: port %d (event bus) on 127.0.0.1 is taken by another"
                      .formatted(members.get(0), members.get(1), a.getLocalPort())
                  + " process (expected: one that is free; stop a node first, or name one more in"
                  + " cluster-members of all nodes)");
    } finally {
      claims.forEach(DatagramSocket::close);
    }
  }

  /** What a node has for as long as it runs. */
  private static ServerSocket taken(Member member, List<DatagramSocket> claims) throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    claims.add(new DatagramSocket(new InetSocketAddress(here, member.port())));
    return new ServerSocket(member.busPort(), 1, here);
  }
}
