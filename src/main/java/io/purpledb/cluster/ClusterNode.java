package io.purpledb.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.purpledb.cluster.bus.BusLimits;
import io.purpledb.cluster.bus.BusTransport;
import io.purpledb.cluster.bus.NodeName;
import io.purpledb.cluster.membership.Stack;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import io.purpledb.config.host.OwnAddress;
import io.purpledb.net.WrappedTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URL;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.configuration.parsing.ConfigurationBuilderHolder;
import org.infinispan.configuration.parsing.ParserRegistry;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
import org.jgroups.JChannel;
import org.jspecify.annotations.Nullable;

/**
 * A clustered Vert.x: Infinispan on JGroups tells who is there and keeps the table of the event
 * bus, as infinispan.xml beside this class says. It leaves the cluster when it is closed.
 */
public final class ClusterNode {

  private static final String CLUSTER_NAME = "purple";
  private static final long PING_MILLIS = 2_000;
  private static final long GUEST_SECONDS = 5;
  private static final int CONNECT_MILLIS = 2_000;

  /** RxJava, which Infinispan uses, looks once a second for tasks that were cancelled. */
  private static final String PURGE_SECONDS = "rx3.purge-period-seconds";

  static {
    if (System.getProperty(PURGE_SECONDS) == null) {
      System.setProperty(PURGE_SECONDS, "60");
    }
  }

  private final @Nullable Member self;
  private final List<Member> members;
  private final @Nullable Tls tls;

  /**
   * @param self which of the members joins; null when a guest does
   */
  ClusterNode(@Nullable Member self, List<Member> members, @Nullable ClusterTls tls) {
    this.self = self;
    this.members = members;
    this.tls = tls == null ? null : new Tls(tls);
  }

  /**
   * Joins as a guest, which keeps no data of Purple and does not count for a majority; it fails
   * when nobody lets it in.
   */
  public static Future<Vertx> visit(
      List<Member> members, @Nullable ClusterTls tls, VertxOptions options) {
    Transport transport =
        options.getPreferNativeTransport() ? WrappedTransport.nativeOrJava() : Transport.NIO;
    return new ClusterNode(null, members, tls)
        .join(new BusTransport(transport, BusLimits.ofGuest()), options, nodes -> {});
  }

  /**
   * Joins. A member does not wait for others.
   *
   * @param transport of the Vertx that joins
   * @param options for it
   * @param view told who is there
   */
  Future<Vertx> join(
      BusTransport transport, VertxOptions options, Consumer<Collection<String>> view) {
    NodeManager manager;
    try {
      InetAddress address = self == null ? NodeAddress.towards(members) : OwnAddress.of(self);
      options.setEventBusOptions(bus(address));
      String name = NodeName.of(self);
      JChannel channel = Stack.channel(name, self, address, members);
      manager = new NodeManager(caches(name, channel), channel, tls, view);
    } catch (StartFailure e) {
      return Future.failedFuture(e);
    } catch (Exception e) {
      return Future.failedFuture(cannotJoin(e));
    }
    return Vertx.builder()
        .withTransport(transport)
        .with(options)
        .withClusterManager(manager)
        .buildClustered()
        .recover(cause -> Future.failedFuture(cannotJoin(cause)));
  }

  private EventBusOptions bus(InetAddress address) {
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(address.getHostAddress())
            .setPort(self == null ? 0 : self.busPort())
            .setConnectTimeout(CONNECT_MILLIS)
            .setClusterPingInterval(PING_MILLIS)
            .setClusterPingReplyInterval(PING_MILLIS);
    if (self != null) {
      bus.setClusterPublicHost(self.host()).setClusterPublicPort(self.busPort());
    }
    if (tls != null) {
      tls.addTo(bus);
    }
    return bus;
  }

  private DefaultCacheManager caches(String name, JChannel channel) throws IOException {
    URL xml = Objects.requireNonNull(ClusterNode.class.getResource("infinispan.xml"));
    ConfigurationBuilderHolder holder = new ParserRegistry().parse(xml);
    GlobalConfigurationBuilder global = holder.getGlobalConfigurationBuilder();
    global.transport().transport(new JGroupsTransport(channel));
    global.transport().clusterName(CLUSTER_NAME).nodeName(name).machineId(name);
    global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
    global.jmx().disable();
    global.metrics().gauges(false).histograms(false);
    if (self == null) { // a guest that finds nobody, or is not let in, is to fail
      global.transport().initialClusterSize(2).initialClusterTimeout(GUEST_SECONDS, SECONDS);
    }
    return new DefaultCacheManager(holder, false);
  }

  /** The failure of one that cannot join, in a line. */
  StartFailure cannotJoin(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String who = self == null ? "a guest of " + members : "node " + self;
    String ports = self == null ? "" : " (expected: free ports from %d on)".formatted(self.port());
    return StartFailure.wrongSurroundings(
        "%s cannot join the cluster: %s%s".formatted(who, root, ports), cause);
  }
}
