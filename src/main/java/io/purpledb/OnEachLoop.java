package io.purpledb;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Deploys a verticle once on each event loop. Vert.x gives the instances of a deployment to the
 * loops in turn; but whoever else needs a context meanwhile takes a turn, too, and then one loop
 * has two instances and another none. Such a deployment is undone and tried again.
 */
final class OnEachLoop {

  private static final int ATTEMPTS = 1000;

  /** An event loop got two instances, and another none. */
  private static final class LoopIsTaken extends Exception {
    private static final long serialVersionUID = 1;
  }

  private OnEachLoop() {}

  /**
   * Deploys as many instances as there are loops.
   *
   * @return the id of the deployment
   */
  static Future<String> deploy(Vertx vertx, int loops, Supplier<Deployable> verticle) {
    return attempt(vertx, loops, verticle, ATTEMPTS);
  }

  private static Future<String> attempt(
      Vertx vertx, int loops, Supplier<Deployable> verticle, int left) {
    Set<Thread> taken = ConcurrentHashMap.newKeySet();
    return vertx
        .deployVerticle(
            () -> new Instance(verticle.get(), taken), new DeploymentOptions().setInstances(loops))
        .recover(
            cause ->
                cause instanceof LoopIsTaken && left > 1
                    ? attempt(vertx, loops, verticle, left - 1)
                    : Future.failedFuture(cause));
  }

  /** An instance that does not start on a loop that has one. */
  private static final class Instance implements Deployable {

    private final Deployable verticle;
    private final Set<Thread> taken;
    private boolean started;

    Instance(Deployable verticle, Set<Thread> taken) {
      this.verticle = verticle;
      this.taken = taken;
    }

    @Override
    public Future<?> deploy(Context context) throws Exception {
      if (!taken.add(Thread.currentThread())) {
        return Future.failedFuture(new LoopIsTaken());
      }
      started = true;
      return verticle.deploy(context);
    }

    @Override
    public Future<?> undeploy(Context context) throws Exception {
      return started ? verticle.undeploy(context) : Future.succeededFuture();
    }
  }
}
