package io.purpledb.cluster;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.infinispan.AdvancedCache;
import org.infinispan.context.Flag;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryCreated;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryModified;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryRemoved;
import org.infinispan.notifications.cachelistener.event.CacheEntryEvent;
import org.infinispan.remoting.transport.Address;
import org.jspecify.annotations.Nullable;

/**
 * Who listens at which address of the event bus, and where the event bus of each node is.
 *
 * <p>It is a replicated cache with one {@link BusEntry} per node, which only that node writes,
 * under a name that is new at each start. So nobody waits for a lock, a read never leaves the node,
 * and of two copies that differ after a split the one with the higher version holds. A node looks
 * every second whether the cache still has what it said, and says it again. Vert.x's own table has
 * an entry per address that all nodes change, and reads it under a lock that another node may hold:
 * after a split reads did not return for minutes, and what the halves had said got lost (vert.x
 * issue 4394).
 */
final class BusTable {

  private static final System.Logger LOG = System.getLogger(BusTable.class.getName());

  /** The cache's name in infinispan.xml. */
  private static final String CACHE = "purple.bus";

  private static final long LOOK_MILLIS = 1_000;
  private static final long WRITE_MILLIS = 10_000;
  private static final long PAUSE_MILLIS = 500;

  /** After the first, until whoever waits is told that it failed. */
  private static final int MORE_TRIES = 5;

  private final Vertx vertx;
  private final Context context;
  private final EmbeddedCacheManager caches;
  private final AdvancedCache<String, byte[]> cache;
  private final RegistrationListener listener;
  private final String self;

  /** What each node said last, this one too. */
  private final Map<String, BusEntry> entries = new HashMap<>();

  /** Handlers of this node that others do not see. */
  private final Map<String, Set<RegistrationInfo>> hidden = new HashMap<>();

  /** What the listener knows. */
  private Map<String, List<RegistrationInfo>> seen = Map.of();

  private List<Promise<Void>> unwritten = new ArrayList<>();
  private boolean writing;
  private volatile boolean closed;

  /**
   * @param caches started
   * @param listener told when the handlers of an address change
   */
  BusTable(Vertx vertx, EmbeddedCacheManager caches, RegistrationListener listener) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.caches = caches;
    this.cache = caches.<String, byte[]>getCache(CACHE).getAdvancedCache();
    this.listener = listener;
    this.self = caches.getAddress().toString();
    entries.put(self, BusEntry.NOTHING);
    cache.addListener(new Changes());
    context.runOnContext(x -> vertx.setPeriodic(LOOK_MILLIS, timer -> lookAfter(timer)));
  }

  /** Adds a handler; done when the other nodes have it. */
  Future<Void> add(String address, RegistrationInfo handler) {
    if (handler.localOnly()) {
      synchronized (this) {
        hidden.computeIfAbsent(address, none -> new HashSet<>()).add(handler);
      }
      look();
      return Future.succeededFuture();
    }
    return say(entry -> entry.with(address, handler.seq()));
  }

  /** Removes a handler; done when the other nodes have it. */
  Future<Void> remove(String address, RegistrationInfo handler) {
    if (handler.localOnly()) {
      synchronized (this) {
        hidden.getOrDefault(address, Set.of()).remove(handler);
      }
      look();
      return Future.succeededFuture();
    }
    return say(entry -> entry.without(address, handler.seq()));
  }

  /** Says where the event bus of this node is; done when the other nodes know. */
  Future<Void> listenAt(NodeInfo bus) {
    return say(entry -> entry.at(bus));
  }

  /** The handlers at an address, on the nodes that are here. */
  List<RegistrationInfo> registrations(String address) {
    look();
    synchronized (this) {
      return seen.getOrDefault(address, List.of());
    }
  }

  /** Where the event bus of a node is; null when it is not known. */
  @Nullable NodeInfo bus(String node) {
    look();
    synchronized (this) {
      BusEntry entry = entries.get(node);
      return entry == null ? null : entry.bus();
    }
  }

  /** Looks for changes now; to be called when nodes come or go. */
  void look() {
    if (closed) {
      return;
    }
    Map<String, byte[]> said = new HashMap<>();
    cache.withFlags(Flag.CACHE_MODE_LOCAL).forEach(said::put);
    List<RegistrationUpdateEvent> changes = new ArrayList<>();
    synchronized (this) {
      said.forEach((node, bytes) -> entries.merge(node, BusEntry.of(bytes), BusTable::later));
      Set<String> present = present();
      entries.keySet().removeIf(node -> !present.contains(node) && !said.containsKey(node));
      Map<String, List<RegistrationInfo>> now = allOf(present);
      Set<String> addresses = new HashSet<>(now.keySet());
      addresses.addAll(seen.keySet());
      for (String address : addresses) {
        List<RegistrationInfo> handlers = now.getOrDefault(address, List.of());
        if (!handlers.equals(seen.getOrDefault(address, List.of()))) {
          changes.add(new RegistrationUpdateEvent(address, handlers));
        }
      }
      seen = now;
      if (!changes.isEmpty()) { // in the order of the changes, so within the lock
        context.runOnContext(x -> changes.forEach(this::tell));
      }
    }
  }

  void close() {
    closed = true;
  }

  private void tell(RegistrationUpdateEvent change) {
    if (listener.wantsUpdatesFor(change.address())) {
      listener.registrationsUpdated(change);
    }
  }

  private static BusEntry later(BusEntry one, BusEntry other) {
    return other.version() > one.version() ? other : one;
  }

  private Map<String, List<RegistrationInfo>> allOf(Set<String> present) {
    Map<String, List<RegistrationInfo>> all = new HashMap<>();
    hidden.forEach((address, handlers) -> all.put(address, new ArrayList<>(handlers)));
    entries.forEach(
        (node, entry) -> {
          if (present.contains(node)) {
            for (String address : entry.handlers().keySet()) {
              all.computeIfAbsent(address, none -> new ArrayList<>())
                  .addAll(entry.registrations(address, node));
            }
          }
        });
    all.values().removeIf(List::isEmpty);
    return all;
  }

  private Set<String> present() {
    Set<String> present = new HashSet<>(Set.of(self));
    List<Address> members = caches.getMembers();
    if (members != null) {
      members.forEach(member -> present.add(member.toString()));
    }
    return present;
  }

  /** Changes this node's entry, at once here and then for the others. */
  private Future<Void> say(UnaryOperator<BusEntry> change) {
    Promise<Void> written = Promise.promise();
    boolean begin;
    synchronized (this) {
      entries.compute(self, (node, before) -> change.apply(before));
      unwritten.add(written);
      begin = !writing;
      writing = true;
    }
    look();
    if (begin) {
      write(MORE_TRIES);
    }
    return written.future();
  }

  /** Writes the entry as it is now; changes that come meanwhile are the next write. */
  private void write(int moreTries) {
    List<Promise<Void>> waiting;
    byte[] entry;
    synchronized (this) {
      waiting = unwritten;
      unwritten = new ArrayList<>();
      entry = own().toBytes();
    }
    var unused =
        cache
            .withFlags(Flag.IGNORE_RETURN_VALUES)
            .putAsync(self, entry)
            .orTimeout(WRITE_MILLIS, TimeUnit.MILLISECONDS)
            .whenComplete(
                (before, failure) -> context.runOnContext(x -> wrote(waiting, failure, moreTries)));
  }

  private void wrote(List<Promise<Void>> waiting, @Nullable Throwable failure, int moreTries) {
    if (failure != null && moreTries > 0 && !closed) {
      LOG.log(System.Logger.Level.DEBUG, () -> "the event bus is not announced yet: " + failure);
      synchronized (this) {
        unwritten.addAll(0, waiting);
      }
      vertx.setTimer(PAUSE_MILLIS, timer -> write(moreTries - 1));
      return;
    }
    boolean more;
    synchronized (this) {
      more = !unwritten.isEmpty();
      writing = more;
    }
    waiting.forEach(promise -> promise.complete(null, failure));
    if (more) {
      write(MORE_TRIES);
    }
  }

  private BusEntry own() {
    return entries.getOrDefault(self, BusEntry.NOTHING);
  }

  /** Mends what a split or a failed write has left behind, until Vert.x is closed. */
  private void lookAfter(long timer) {
    if (closed) {
      vertx.cancelTimer(timer);
      return;
    }
    look();
    sayAgain();
    if (caches.isCoordinator()) {
      Set<String> present = present();
      cache.withFlags(Flag.CACHE_MODE_LOCAL).keySet().stream()
          .filter(node -> !present.contains(node))
          .forEach(this::forget);
    }
  }

  /** Removes what a node has left behind; when that fails, the next look does it. */
  private void forget(String node) {
    var unused = cache.withFlags(Flag.IGNORE_RETURN_VALUES).removeAsync(node);
  }

  private void sayAgain() {
    byte[] said = cache.withFlags(Flag.CACHE_MODE_LOCAL).get(self);
    synchronized (this) {
      if (writing || (said != null && BusEntry.of(said).version() == own().version())) {
        return;
      }
      writing = true;
    }
    LOG.log(System.Logger.Level.DEBUG, "the cluster has forgotten this node's event bus");
    write(0);
  }

  /** Public with a public method, as Infinispan calls it. */
  @Listener(sync = false, observation = Listener.Observation.POST)
  public final class Changes {

    @CacheEntryCreated
    @CacheEntryModified
    @CacheEntryRemoved
    public void changed(CacheEntryEvent<String, byte[]> event) {
      look();
    }
  }
}
