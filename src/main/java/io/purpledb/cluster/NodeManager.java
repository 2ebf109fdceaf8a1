package io.purpledb.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.ext.cluster.infinispan.InfinispanClusterManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachemanagerlistener.annotation.Merged;
import org.infinispan.notifications.cachemanagerlistener.annotation.ViewChanged;
import org.infinispan.notifications.cachemanagerlistener.event.ViewChangedEvent;
import org.infinispan.remoting.transport.Address;
import org.jgroups.JChannel;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's cluster manager with a life cycle: it starts and stops the cache manager that it is
 * given, tells who is there, and knows what this node has registered, for {@link
 * RegistrationWatch}.
 */
final class NodeManager extends InfinispanClusterManager {

  private static final System.Logger LOG = System.getLogger(NodeManager.class.getName());

  /** After the first, each as long as infinispan.xml lets it wait for a lock. */
  private static final int MORE_TRIES = 5;

  private static final long PAUSE_MILLIS = 500;

  private final DefaultCacheManager caches;
  private final JChannel channel;
  private final @Nullable Tls tls;
  private final Consumer<Collection<String>> view;
  private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();
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
    left.future().eventually(() -> offLoop(caches::stop)).onComplete(promise);
  }

  private void start() throws Exception {
    if (tls != null && vertx != null) {
      channel.getProtocolStack().getTransport().setSocketFactory(tls.sockets(vertx));
    }
    caches.start();
    caches.addListener(new ViewListener());
    view.accept(getNodes());
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
  public void addRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
    if (info.localOnly()) {
      super.addRegistration(address, info, promise);
      return;
    }
    own.computeIfAbsent(address, absent -> ConcurrentHashMap.newKeySet()).add(info);
    register(address, info, promise, MORE_TRIES);
  }

  /** Tries again: while nodes start together, the table may be held for longer than one try. */
  private void register(
      String address, RegistrationInfo info, Completable<Void> promise, int moreTries) {
    super.addRegistration(
        address,
        info,
        (done, failure) -> {
          Vertx mine = vertx;
          if (failure == null || moreTries == 0 || mine == null || !isOwn(address, info)) {
            promise.complete(null, failure);
          } else {
            LOG.log(System.Logger.Level.DEBUG, address + ": not registered yet: " + failure);
            mine.setTimer(PAUSE_MILLIS, timer -> register(address, info, promise, moreTries - 1));
          }
        });
  }

  @Override
  public void removeRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
    Set<RegistrationInfo> here = own.get(address);
    if (here != null) {
      here.remove(info);
    }
    super.removeRegistration(address, info, promise);
  }

  private boolean isOwn(String address, RegistrationInfo info) {
    return own.getOrDefault(address, Set.of()).contains(info);
  }

  /** What this node has registered for others, by address. */
  Map<String, Set<RegistrationInfo>> own() {
    return own;
  }

  /** What the cluster has registered at an address. */
  Future<List<RegistrationInfo>> registered(String address) {
    Promise<List<RegistrationInfo>> found = Promise.promise();
    getRegistrations(address, found);
    return found.future();
  }

  /** Puts back what the cluster has forgotten. */
  void restore(String address, RegistrationInfo info) {
    super.addRegistration(
        address,
        info,
        (done, failure) -> {
          if (!isOwn(address, info)) { // removed meanwhile
            remove(address, info);
          }
        });
  }

  void remove(String address, RegistrationInfo info) {
    super.removeRegistration(address, info, Promise.promise());
  }

  boolean isCoordinator() {
    return caches.isCoordinator();
  }

  /** Public with a public method, as Infinispan calls it. */
  @Listener
  public final class ViewListener {

    @ViewChanged
    @Merged
    public void changed(ViewChangedEvent event) {
      view.accept(event.getNewMembers().stream().map(Address::toString).toList());
    }
  }
}
