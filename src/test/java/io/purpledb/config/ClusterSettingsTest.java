package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.config.host.SelfFinder;
import io.purpledb.config.setting.Setting;
import io.purpledb.support.process.ClusterPorts;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is in the cluster, and which of them this server is. */
class ClusterSettingsTest {

  @Test
  void withoutTheSwitchThereIsNone() {
    assertThat(CommandLineInput.with("--backend memory").start().cluster()).isNull();
  }

  /** Nodes that serve each for itself would lose what was written to another. */
  @Test
  void whoNamesMembersMeansACluster() {
    assertThatThrownBy(
            () -> CommandLineInput.with("--cluster-members a:1,b:1 --cluster-self a:1").start())
        .hasMessage("--cluster-members: a:1,b:1 (expected: none, or cluster: true as well)");
    assertThatThrownBy(() -> CommandLineInput.with("--cluster-self a:1").start())
        .hasMessage("--cluster-self: a:1 (expected: none, or cluster: true as well)");
  }

  @Test
  void byDefaultThreeNodesOfThisMachine() {
    ClusterConfig cluster = cluster("--cluster --cluster-self 127.0.0.1:7820");
    assertThat(cluster.members())
        .containsExactly(
            new Member("127.0.0.1", 7800),
            new Member("127.0.0.1", 7810),
            new Member("127.0.0.1", 7820));
    assertThat(cluster.self()).isEqualTo(new Member("127.0.0.1", 7820));
    assertThat(cluster.diskOwner()).isEqualTo(new Member("127.0.0.1", 7800));
    assertThat(cluster.tls()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a:1                            | a:1
          a:1,b:1                        | a:1,b:1
          p-{0..2}.purple:7800           | p-0.purple:7800,p-1.purple:7800,p-2.purple:7800
          h:78{0..1}0,i:1                | h:7800,h:7810,i:1
          r{0..1}n{8..9}:5               | r0n8:5,r0n9:5,r1n8:5,r1n9:5
          [::1]:7800,[fe80::2]:7800      | [::1]:7800,[fe80::2]:7800
          """)
  void readsMembers(String text, String expanded) {
    List<Member> members = Member.listOf(text);
    assertThat(Setting.CLUSTER_MEMBERS.kind().show(members)).isEqualTo(expanded);
  }

  @Test
  void readsTheRest() {
    ClusterConfig cluster =
        cluster(
            "--cluster --cluster-members a:1,b:1 --cluster-self a:1 --cluster-disk-owner b:1"
                + " --cluster-tls-cert pom.xml --cluster-tls-key README.md --cluster-tls-ca LICENSE");
    assertThat(cluster.diskOwner()).isEqualTo(new Member("b", 1));
    assertThat(cluster.tls())
        .isEqualTo(
            new ClusterTls(
                Path.of("pom.xml").toAbsolutePath(),
                Path.of("README.md").toAbsolutePath(),
                Path.of("LICENSE").toAbsolutePath()));
  }

  @Test
  void findsTheMemberWithTheNameOfThisMachine() {
    SelfFinder finder = new SelfFinder("P-1.example", host -> true, member -> true);
    assertThat(finder.find(Member.listOf("p-{0..2}.purple:7800")))
        .isEqualTo(new Member("p-1.purple", 7800));
  }

  @Test
  void findsTheMemberWithAnAddressOfThisMachine() {
    SelfFinder finder = new SelfFinder("elsewhere", "10.0.0.2"::equals, member -> true);
    assertThat(finder.find(Member.listOf("10.0.0.1:1,10.0.0.2:1")))
        .isEqualTo(new Member("10.0.0.2", 1));
    assertThat(finder.find(Member.listOf("10.0.0.1:1"))).isNull();
  }

  @Test
  void serversOfOneMachineFindDifferentMembers() {
    List<Member> members = Member.listOf("h:10,h:20,h:30");
    Set<Member> taken = new HashSet<>();
    SelfFinder finder = new SelfFinder("h", host -> true, taken::add);
    assertThat(List.of(found(finder, members), found(finder, members), found(finder, members)))
        .isEqualTo(members);
    assertThat(finder.find(members))
        .as("the start says that it is taken")
        .isEqualTo(members.get(0));
  }

  @Test
  void aMemberIsClaimedByOneProcess() throws IOException {
    Member member = ClusterPorts.members(1).get(0);
    InetAddress here = InetAddress.getLoopbackAddress();
    try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(here, member.port()))) {
      assertThat(other.isBound()).isTrue();
      assertThat(SelfFinder.claim(member)).isFalse();
    }
    try (ServerSocket other = new ServerSocket(member.watchPort(), 1, here)) {
      assertThat(other.isBound()).isTrue();
      assertThat(SelfFinder.claim(member)).isFalse();
    }
    assertThat(SelfFinder.claim(member)).isTrue();
    assertThat(SelfFinder.claim(member)).as("its own").isTrue();
  }

  private static Member found(SelfFinder finder, List<Member> members) {
    return Objects.requireNonNull(finder.find(members));
  }

  private static ClusterConfig cluster(String arguments) {
    return Objects.requireNonNull(CommandLineInput.with(arguments).start().cluster());
  }
}
