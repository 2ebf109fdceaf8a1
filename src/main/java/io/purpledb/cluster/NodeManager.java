package io.purpledb.cluster;

import io.purpledb.cluster.bus.BusTable;
import io.purpledb.cluster.bus.NodeName;
import io.purpledb.cluster.membership.GreetedServerSocket;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.ext.cluster.infinispan.InfinispanClusterManager;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachemanagerlistener.annotation.Merged;
import org.infinispan.notifications.cachemanagerlistener.annotation.ViewChanged;
import org.infinispan.notifications.cachemanagerlistener.event.ViewChangedEvent;
import org.jgroups.JChannel;
import org.jgroups.util.DefaultSocketFactory;
import org.jgroups.util.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's cluster manager with a life cycle: it starts and stops the cache manager that it is
 * given, tells who is there, and keeps the table of the event bus in a {@link BusTable}.
 */
final class NodeManager extends InfinispanClusterManager {

  private final DefaultCacheManager caches;
  private final JChannel channel;
  private final @Nullable Tls tls;
  private final Consumer<Collection<String>> view;
  private final Object telling = new Object();
  private RegistrationListener listener = new RegistrationListener() {};
  private volatile @Nullable BusTable table;
  private @Nullable Vertx vertx;

  /**
   * @param caches not started yet, on the channel
   * @param view told who is there, at once and after each change
   */
  NodeManager(
      DefaultCacheManager caches,
      JChannel channel,
      @Nullable Tls tls,
      Consumer<Collection<String>> view) {
    super(caches);
    this.caches = caches;
    this.channel = channel;
    this.tls = tls;
    this.view = view;
  }

  @Override
  public void init(Vertx vertx) {
    super.init(vertx);
    this.vertx = vertx;
  }

  @Override
  public void join(Completable<Void> promise) {
    offLoop(this::start)
        .compose(
            x -> {
              Promise<Void> joined = Promise.promise();
              super.join(joined);
              return joined.future();
            })
        .onComplete(promise);
  }

  @Override
  public void leave(Completable<Void> promise) {
    Promise<Void> left = Promise.promise();
    super.leave(left);
    left.future().eventually(() -> offLoop(this::stop)).onComplete(promise);
  }

  private static SocketFactory plain() {
    return new DefaultSocketFactory() {
      @Override
      public ServerSocket createServerSocket(String name) throws IOException {
        return new GreetedServerSocket();
      }
    };
  }

  private void start() throws Exception {
    channel
        .getProtocolStack()
        .getTransport()
        .setSocketFactory(tls == null ? plain() : tls.sockets(Objects.requireNonNull(vertx)));
    caches.start();
    caches.addListener(new ViewListener());
    table = new BusTable(Objects.requireNonNull(vertx), channel, listener);
    tellView();
  }

  /** Tells who is there now; the last word is the latest, though the first may come late. */
  private void tellView() {
    synchronized (telling) {
      view.accept(getNodes());
    }
  }

  private void stop() {
    BusTable open = table;
    if (open != null) {
      open.close();
    }
    caches.stop();
  }

  private interface Work {
    void run() throws Exception;
  }

  private Future<Void> offLoop(Work work) {
    Vertx mine = vertx;
    if (mine == null) {
      return Future.failedFuture("not initialized");
    }
    return mine.executeBlocking(
        () -> {
          work.run();
          return null;
        },
        false);
  }

  @Override
  public String getNodeId() {
    return channel.getName();
  }

  @Override
  public List<String> getNodes() {
    return caches.getMembers().stream().map(NodeName::of).toList();
  }

  @Override
  public synchronized void registrationListener(RegistrationListener told) {
    listener = told;
    super.registrationListener(new RegistrationListener() {}); // of a table that stays empty
  }

  @Override
  public void addRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
    table().add(address, info).onComplete(promise);
  }

  @Override
  public void removeRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
    table().remove(address, info).onComplete(promise);
  }

  @Override
  public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
    promise.succeed(table().registrations(address));
  }

  @Override
  public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
    table().listenAt(info).onComplete(promise);
  }

  @Override
  public synchronized @Nullable NodeInfo getNodeInfo() {
    return table().bus(getNodeId());
  }

  @Override
  public void getNodeInfo(String node, Completable<NodeInfo> promise) {
    NodeInfo info = table().bus(node);
    if (info == null) {
      promise.fail(node + " is not a member of the cluster");
    } else {
      promise.succeed(info);
    }
  }

  private BusTable table() {
    BusTable open = table;
    if (open == null) {
      throw new IllegalStateException("not joined");
    }
    return open;
  }

  /** Public with a public method, as Infinispan calls it. */
  @Listener
  public final class ViewListener {

    @ViewChanged
    @Merged
    public void changed(ViewChangedEvent event) {
      tellView();
    }
  }
}
