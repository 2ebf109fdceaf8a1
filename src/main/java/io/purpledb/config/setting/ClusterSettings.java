package io.purpledb.config.setting;

import io.purpledb.config.ClusterConfig;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.config.host.SelfFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The settings of the cluster, which say together who this server is and whom it knows. */
final class ClusterSettings {

  private static final List<Setting<Path>> TLS =
      List.of(Setting.CLUSTER_TLS_CERT, Setting.CLUSTER_TLS_KEY, Setting.CLUSTER_TLS_CA);

  private final Settings settings;
  private final SelfFinder finder;

  ClusterSettings(Settings settings, SelfFinder finder) {
    this.settings = settings;
    this.finder = finder;
  }

  /** The cluster to join; null when this server is to run alone. */
  @Nullable ClusterConfig config() {
    if (!settings.value(Setting.CLUSTER)) {
      return null;
    }
    List<Member> members = settings.value(Setting.CLUSTER_MEMBERS);
    Member owner = member(Setting.CLUSTER_DISK_OWNER, members);
    ClusterTls tls = tls();
    return new ClusterConfig(
        members,
        self(members),
        settings.given(Setting.CLUSTER_SELF) != null,
        owner == null ? members.get(0) : owner,
        tls);
  }

  private Member self(List<Member> members) {
    Member given = member(Setting.CLUSTER_SELF, members);
    if (given != null) {
      SelfFinder.claim(given); // if it is taken, the start says which port is
      return given;
    }
    Member found = finder.find(members);
    if (found == null) {
      throw settings
          .inForce(Setting.CLUSTER_MEMBERS)
          .wrong(
              Setting.CLUSTER_MEMBERS.kind(),
              "a host that is this machine, or " + Setting.CLUSTER_SELF.name());
    }
    return found;
  }

  private @Nullable Member member(Setting<Member> setting, List<Member> members) {
    Given given = settings.given(setting);
    if (given == null) {
      return null;
    }
    Member member = given.read(setting.kind());
    if (!members.contains(member)) {
      throw given.wrong(
          setting.kind(),
          "one of cluster-members: " + Setting.CLUSTER_MEMBERS.kind().show(members));
    }
    return member;
  }

  private @Nullable ClusterTls tls() {
    List<Given> given = TLS.stream().flatMap(s -> Stream.ofNullable(settings.given(s))).toList();
    if (given.isEmpty()) {
      return null;
    }
    if (given.size() < TLS.size()) {
      throw given
          .get(0)
          .wrong(
              Setting.CLUSTER_TLS_CERT.kind(),
              "all three of cluster-tls-cert, cluster-tls-key and cluster-tls-ca, or none");
    }
    return new ClusterTls(
        settings.value(Setting.CLUSTER_TLS_CERT),
        settings.value(Setting.CLUSTER_TLS_KEY),
        settings.value(Setting.CLUSTER_TLS_CA));
  }
}
