package io.purpledb.cluster.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.fork.ForkChannel;
import org.jspecify.annotations.Nullable;

/**
 * Who listens at which address of the event bus, and where the event bus of each node is.
 *
 * <p>Each node says what it has in one {@link BusEntry}: to all when it changes, every second, and
 * to those who join. It goes over the channel of the cluster, beside Infinispan's messages. A node
 * has another name after each start and counts its entries, so of two the later one holds, however
 * they come; nothing is ever merged, locked or handed over, and a read never leaves the node.
 * Vert.x's own table is a cache with an entry per address that all nodes change. After a split its
 * reads waited for a lock of another node, a minute and longer, and registrations got lost (vert.x
 * issue 4394).
 */
public final class BusTable implements Receiver {

  private static final System.Logger LOG = System.getLogger(BusTable.class.getName());

  private static final String NAME = "purple.bus";
  private static final long PERIOD_MILLIS = 1_000;

  /** How long a node that joins waits to hear from the others, in periods. */
  private static final int PATIENCE = 5;

  /** So many periods after the last change the entry is said in each, later in each so many-th. */
  private static final int REPEATS = 5;

  private final Vertx vertx;
  private final Context context;
  private final ForkChannel channel;
  private final RegistrationListener listener;
  private final String self;

  /** What each node said last, this one too. */
  private final Map<String, BusEntry> entries = new HashMap<>();

  /** Handlers of this node that others do not see. */
  private final Map<String, Set<RegistrationInfo>> hidden = new HashMap<>();

  /** What the listener knows. */
  private Map<String, List<RegistrationInfo>> seen = Map.of();

  private Set<String> present = Set.of();
  private List<Promise<Void>> unsaid = new ArrayList<>();
  private boolean saying;

  /** Completed when every node that is here was heard of. */
  private final Promise<Void> complete = Promise.promise();

  private int periods;
  private int periodsWithoutChange;
  private volatile boolean closed;

  /**
   * Begins to listen. Blocks.
   *
   * @param main the channel of the cluster, connected
   * @param listener told when the handlers of an address change
   */
  public BusTable(Vertx vertx, JChannel main, RegistrationListener listener) throws Exception {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.listener = listener;
    this.self = main.getName();
    this.channel = new ForkChannel(main, NAME, NAME);
    entries.put(self, BusEntry.NOTHING);
    channel.setReceiver(this);
    channel.connect(NAME);
    send(null, true);
    context.runOnContext(x -> vertx.setPeriodic(PERIOD_MILLIS, this::period));
  }

  /** Adds a handler; done when the other nodes have it. */
  public Future<Void> add(String address, RegistrationInfo handler) {
    return handler.localOnly()
        ? hide(() -> hidden.computeIfAbsent(address, none -> new HashSet<>()).add(handler))
        : say(entry -> entry.with(address, handler.seq()));
  }

  /** Removes a handler; done when the other nodes have it. */
  public Future<Void> remove(String address, RegistrationInfo handler) {
    return handler.localOnly()
        ? hide(() -> hidden.getOrDefault(address, new HashSet<>()).remove(handler))
        : say(entry -> entry.without(address, handler.seq()));
  }

  /** Says where the event bus of this node is; done when each node knows of the other. */
  public Future<Void> listenAt(NodeInfo bus) {
    return say(entry -> entry.at(bus)).compose(said -> complete.future());
  }

  /** The handlers at an address, on the nodes that are here. */
  public synchronized List<RegistrationInfo> registrations(String address) {
    return seen.getOrDefault(address, List.of());
  }

  /** Where the event bus of a node is; null when it is not known. */
  public synchronized @Nullable NodeInfo bus(String node) {
    BusEntry entry = entries.get(node);
    return entry == null ? null : entry.bus();
  }

  public void close() {
    closed = true;
    channel.close();
  }

  @Override
  public synchronized void receive(Message message) {
    BusEntry.Said said = BusEntry.Said.of(bytes(message));
    entries.merge(said.node(), said.entry(), BusEntry::later);
    changed();
    if (said.isQuestion() && !said.node().equals(self)) {
      send(message.getSrc(), false);
    }
  }

  @Override
  public synchronized void viewAccepted(View view) {
    Set<String> nodes = new HashSet<>();
    view.getMembers().forEach(member -> nodes.add(NodeName.of(member)));
    entries.keySet().removeIf(node -> !nodes.contains(node) && !node.equals(self));
    present = nodes;
    periodsWithoutChange = 0;
    changed();
    if (channel.isConnected()) { // not yet when it is told of the first view
      send(null, true);
    }
  }

  /** Tells the listener what has changed, in the order of the changes. */
  private synchronized void changed() {
    Map<String, List<RegistrationInfo>> now = all();
    List<RegistrationUpdateEvent> changes = new ArrayList<>();
    Set<String> addresses = new HashSet<>(now.keySet());
    addresses.addAll(seen.keySet());
    for (String address : addresses) {
      List<RegistrationInfo> handlers = now.getOrDefault(address, List.of());
      if (!handlers.equals(seen.getOrDefault(address, List.of()))) {
        changes.add(new RegistrationUpdateEvent(address, handlers));
      }
    }
    seen = now;
    if (!changes.isEmpty()) {
      context.runOnContext(x -> changes.forEach(this::tell));
    }
    if (entries.keySet().containsAll(present)) {
      complete.tryComplete();
    }
  }

  private Map<String, List<RegistrationInfo>> all() {
    Map<String, List<RegistrationInfo>> all = new HashMap<>();
    hidden.forEach((address, handlers) -> all.put(address, new ArrayList<>(handlers)));
    entries.forEach(
        (node, entry) ->
            entry
                .handlers()
                .keySet()
                .forEach(
                    address ->
                        all.computeIfAbsent(address, none -> new ArrayList<>())
                            .addAll(entry.registrations(address, node))));
    all.values().removeIf(List::isEmpty);
    return all;
  }

  private void tell(RegistrationUpdateEvent change) {
    if (listener.wantsUpdatesFor(change.address())) {
      listener.registrationsUpdated(change);
    }
  }

  private synchronized Future<Void> hide(Runnable change) {
    change.run();
    changed();
    return Future.succeededFuture();
  }

  /** Changes this node's entry, at once here and then for the others. */
  private synchronized Future<Void> say(UnaryOperator<BusEntry> change) {
    Promise<Void> said = Promise.promise();
    entries.put(self, change.apply(own()));
    periodsWithoutChange = 0;
    changed();
    unsaid.add(said);
    if (!saying) {
      saying = true;
      sayAll();
    }
    return said.future();
  }

  /** Says the entry as it is now, and waits for the others; what changes meanwhile is said next. */
  private synchronized void sayAll() {
    List<Promise<Void>> waiting = unsaid;
    unsaid = new ArrayList<>();
    Message message = message(null, false);
    message.setFlag(Message.Flag.RSVP);
    vertx
        .executeBlocking(() -> channel.send(message).isConnected(), false)
        .onComplete(x -> said(waiting));
  }

  /** Whether it came or not: it is said again and again. */
  private synchronized void said(List<Promise<Void>> waiting) {
    waiting.forEach(Promise::complete);
    if (unsaid.isEmpty()) {
      saying = false;
    } else {
      sayAll();
    }
  }

  private void period(long timer) {
    if (closed) {
      vertx.cancelTimer(timer);
      return;
    }
    if (++periods == PATIENCE) {
      complete.tryComplete();
    }
    if (isDue()) {
      send(null, false);
    }
  }

  /** Whether the entry is to be said again, and each time is work for all nodes. */
  private synchronized boolean isDue() {
    periodsWithoutChange++;
    return periodsWithoutChange <= REPEATS || periodsWithoutChange % REPEATS == 0;
  }

  /**
   * Says this node's entry.
   *
   * @param to one node, or null for all
   * @param isQuestion whether whoever hears it is to say its own
   */
  private void send(@Nullable Address to, boolean isQuestion) {
    Message message = message(to, isQuestion);
    vertx
        .executeBlocking(() -> channel.send(message).isConnected(), false)
        .onFailure(
            failure ->
                LOG.log(System.Logger.Level.DEBUG, "the event bus was not announced", failure));
  }

  private synchronized Message message(@Nullable Address to, boolean isQuestion) {
    return new BytesMessage(to, new BusEntry.Said(self, isQuestion, own()).toBytes());
  }

  private static byte[] bytes(Message message) {
    int start = message.getOffset();
    return Arrays.copyOfRange(message.getArray(), start, start + message.getLength());
  }

  private BusEntry own() {
    return entries.getOrDefault(self, BusEntry.NOTHING);
  }
}
