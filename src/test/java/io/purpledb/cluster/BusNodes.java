package io.purpledb.cluster;

import io.purpledb.cluster.bus.BusLimits;
import io.purpledb.cluster.bus.BusTransport;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.message.bus.Bus;
import io.purpledb.net.WrappedTransport;
import io.purpledb.support.client.Await;
import io.purpledb.support.process.ClusterPorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nodes of one cluster in this process, each with a Vert.x of its own. */
final class BusNodes implements AutoCloseable {

  private final List<Vertx> joined = new ArrayList<>();
  private final List<Membership> memberships = new ArrayList<>();
  private final List<Member> members;

  /** Starts them, one after the other. */
  BusNodes(int count, @Nullable ClusterTls tls) {
    this(count, tls, BusLimits.of(1 << 20));
  }

  /** The same with other bounds. */
  BusNodes(int count, @Nullable ClusterTls tls, BusLimits limits) {
    members = ClusterPorts.members(count);
    for (Member self : members) {
      ClusterConfig cluster = new ClusterConfig(members, self, true, members.get(0), tls);
      Membership membership = new Membership(cluster);
      memberships.add(membership);
      BusTransport transport = new BusTransport(WrappedTransport.nativeOrJava(), limits);
      joined.add(await(ClusterMember.join(cluster, transport, new VertxOptions(), membership)));
    }
    joined.forEach(vertx -> Bus.registerCodecs(vertx, limits.maxMessageBytes()));
  }

  Vertx vertx(int node) {
    return joined.get(node);
  }

  Membership membership(int node) {
    return memberships.get(node);
  }

  List<Member> members() {
    return members;
  }

  static <T> T await(Future<T> future) {
    return Await.value(future.toCompletionStage().toCompletableFuture());
  }

  @Override
  public void close() {
    joined.forEach(vertx -> await(vertx.close()));
  }
}
