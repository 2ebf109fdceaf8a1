package io.purpledb;

import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Config;
import io.purpledb.config.Member;
import io.purpledb.engine.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The lines that a start prints as soon as it listens: version, servers, backends and what they
 * lack, data directory and durability.
 */
final class Banner {

  private static final String LACKS_DOCUMENT = " (docs/backends.md)";

  private Banner() {}

  static List<String> lines(String version, Config config, PurpleServer server) {
    List<String> lines = new ArrayList<>();
    lines.add("Purple " + version);
    if (config.protocols().contains("http")) {
      String address = "http://" + Listening.authority(config.host(), server.httpPort());
      lines.add("  HTTP        " + address + "  (read and try it at /docs)");
    }
    if (config.protocols().contains("grpc")) {
      lines.add("  gRPC        grpc://" + Listening.authority(config.host(), server.grpcPort()));
    }
    lines.add(
        "  Backends    "
            + ServiceKind.ALL.stream()
                .map(kind -> kind.name() + " " + config.backend(kind.name()))
                .collect(Collectors.joining(", ")));
    server
        .lacks()
        .forEach(
            (engine, missing) ->
                lines.add("  Lacks       " + engine + ": " + names(missing) + LACKS_DOCUMENT));
    ClusterConfig cluster = config.cluster();
    if (cluster != null) {
      lines.add("  Cluster     " + describe(cluster, config.uses("disk")));
    }
    if (config.uses("disk") && (cluster == null || cluster.self().equals(cluster.diskOwner()))) {
      String durability = config.durability().name().toLowerCase(Locale.ROOT);
      lines.add("  Data        " + config.dataDir() + ", durability " + durability);
    }
    return lines;
  }

  private static String names(Set<Capability> all) {
    return all.stream()
        .map(one -> one.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private static String describe(ClusterConfig cluster, boolean disk) {
    return "%s of %s%s"
        .formatted(
            cluster.self(),
            cluster.members().stream().map(Member::id).collect(Collectors.joining(", ")),
            disk ? ", disk on " + cluster.diskOwner() : "");
  }
}
