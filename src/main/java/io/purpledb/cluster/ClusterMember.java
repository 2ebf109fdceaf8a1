package io.purpledb.cluster;

import io.purpledb.cluster.bus.BusTransport;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.StartFailure;
import io.purpledb.config.host.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.UnknownHostException;

/**
 * A {@link ClusterNode} that is a member: a server. Apart from it, as an application that visits
 * has no settings of a server, no ports to find free and no majority to count.
 */
public final class ClusterMember {

  private ClusterMember() {}

  /**
   * Joins as a member. It does not wait for others.
   *
   * @param transport of the Vertx that joins
   * @param options for it
   * @param membership told who is there
   */
  public static Future<Vertx> join(
      ClusterConfig cluster, BusTransport transport, VertxOptions options, Membership membership) {
    ClusterNode node = new ClusterNode(cluster.self(), cluster.members(), cluster.tls());
    try {
      FreePorts.checkMember(cluster);
    } catch (StartFailure taken) {
      return Future.failedFuture(taken);
    } catch (UnknownHostException e) {
      return Future.failedFuture(node.cannotJoin(e));
    }
    return node.join(transport, options, membership::update);
  }
}
