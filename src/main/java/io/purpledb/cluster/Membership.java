package io.purpledb.cluster;

import io.purpledb.cluster.bus.NodeName;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Member;
import io.purpledb.message.Failure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, as this node sees it, and whether these are a majority. Logs a line for each node
 * that comes or goes. Used on any thread.
 */
public final class Membership {

  private static final System.Logger LOG = System.getLogger(Membership.class.getName());

  private final ClusterConfig cluster;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Set<String> present = Set.of();

  public Membership(ClusterConfig cluster) {
    this.cluster = cluster;
  }

  /** Takes notice of the nodes that are there now. */
  synchronized void update(Collection<String> names) {
    Set<String> now = names.stream().map(NodeName::withoutStart).collect(Collectors.toSet());
    Set<String> before = present;
    boolean hadMajority = hasMajority();
    present = Set.copyOf(now);
    log(now, before, "joined");
    log(before, now, "left");
    if (hadMajority != hasMajority()) {
      String meaning = hasMajority() ? "a majority is here" : "no majority, requests are refused";
      LOG.log(System.Logger.Level.INFO, meaning + ": " + count());
    }
    listeners.forEach(Runnable::run);
  }

  private void log(Set<String> some, Set<String> others, String what) {
    for (String node : new TreeSet<>(some)) {
      if (!others.contains(node)) {
        LOG.log(System.Logger.Level.INFO, node + " " + what + ": " + count());
      }
    }
  }

  /** Runs something after each change, on the thread that noticed it: it must not block. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  public boolean isHere(Member member) {
    return present.contains(member.id());
  }

  /** Whether more than half of the members are here; guests do not count. */
  public boolean hasMajority() {
    return countHere() >= cluster.majority();
  }

  /** The failure of requests while there is no majority; null while there is. */
  public @Nullable Failure noMajority() {
    return hasMajority()
        ? null
        : Failure.unavailable(
            "%s is cut off from the majority: %s (expected: at least %d)"
                .formatted(cluster.self(), count(), cluster.majority()));
  }

  /** The failure of requests that need the owner of the disk; null while it can be asked. */
  public @Nullable Failure noDiskOwner() {
    Failure noMajority = noMajority();
    if (noMajority != null) {
      return noMajority;
    }
    return isHere(cluster.diskOwner()) ? null : ownerAway();
  }

  private Failure ownerAway() {
    return Failure.unavailable(
        "the owner of the disk, %s, is away (expected: its return, as it alone has the files)"
            .formatted(cluster.diskOwner()));
  }

  /** What {@code /health/ready} shows of the cluster. */
  public JsonObject toJson() {
    JsonArray members = new JsonArray();
    cluster.members().forEach(member -> members.add(toJson(member.id(), isHere(member))));
    Failure noMajority = noMajority();
    JsonObject json = toJson(cluster.self().id(), noMajority == null).put("members", members);
    return noMajority == null ? json : json.put("detail", noMajority.getMessage());
  }

  private static JsonObject toJson(String node, boolean up) {
    return new JsonObject().put("node", node).put("status", up ? "up" : "down");
  }

  private long countHere() {
    return cluster.members().stream().filter(this::isHere).count();
  }

  private String count() {
    return countHere() + " of " + cluster.members().size() + " members are here";
  }
}
