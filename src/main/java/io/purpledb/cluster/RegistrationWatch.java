package io.purpledb.cluster;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps the event bus whole: registrations get lost when two halves of a cluster merge (vert.x
 * issue 4394). Each node looks every second, in its own copy of the table, for what it has
 * registered itself and puts back what is missing; the oldest node removes what absent ones left.
 */
final class RegistrationWatch {

  private static final System.Logger LOG = System.getLogger(RegistrationWatch.class.getName());
  private static final long PERIOD_MILLIS = 1_000;

  private final NodeManager manager;

  private RegistrationWatch(NodeManager manager) {
    this.manager = manager;
  }

  /** Watches until Vert.x is closed. */
  static void start(Vertx vertx, NodeManager manager) {
    RegistrationWatch watch = new RegistrationWatch(manager);
    vertx.setPeriodic(PERIOD_MILLIS, timer -> watch.look());
  }

  private void look() {
    manager.own().forEach((address, infos) -> look(address, Set.copyOf(infos)));
    Promise<NodeInfo> known = Promise.promise();
    manager.getNodeInfo(manager.getNodeId(), known);
    known.future().onFailure(unknown -> introduce());
  }

  private void look(String address, Set<RegistrationInfo> own) {
    Future<List<RegistrationInfo>> registered = manager.registered(address);
    registered.onSuccess(
        found -> {
          Set<RegistrationInfo> missing = new HashSet<>(own);
          found.forEach(missing::remove);
          if (!missing.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "registering " + address + " again");
            missing.forEach(info -> manager.restore(address, info));
          }
          if (manager.isCoordinator()) {
            Set<String> nodes = Set.copyOf(manager.getNodes());
            found.stream()
                .filter(info -> !nodes.contains(info.nodeId()))
                .forEach(info -> manager.remove(address, info));
          }
        });
  }

  /** Says again where this node's event bus is. */
  private void introduce() {
    NodeInfo info = manager.getNodeInfo();
    if (info != null) {
      manager.setNodeInfo(info, Promise.promise());
    }
  }
}
