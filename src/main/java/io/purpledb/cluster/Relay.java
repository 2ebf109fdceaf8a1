package io.purpledb.cluster;

import com.google.protobuf.Message;
import io.purpledb.config.ClusterConfig;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Operation;
import io.purpledb.message.Outcome;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.message.bus.Endpoint;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The disk backend of one service on a node that does not own the disk: at the address of its event
 * loop it takes the place of the backend, and asks the owner over the event bus. What waits for the
 * owner fails as soon as the owner is seen to be away.
 */
public final class Relay extends Endpoint {

  private static final Logger LOG = System.getLogger(Relay.class.getName());

  private final String address;
  private final long timeoutMillis;
  private final ClusterConfig cluster;
  private final Membership membership;
  private final Set<Promise<?>> waiting = new HashSet<>();
  private @Nullable Caller owner;

  /**
   * @param timeoutMillis when a request that the owner does not answer ends
   */
  public Relay(
      String service,
      int maxInFlight,
      long timeoutMillis,
      ClusterConfig cluster,
      Membership membership) {
    super(Bus.backend("disk", service), maxInFlight, EndpointScope.LOOP);
    this.address = Bus.backend("disk", service);
    this.timeoutMillis = timeoutMillis;
    this.cluster = cluster;
    this.membership = membership;
    Operation.ALL.stream()
        .filter(operation -> operation.service().equals(service))
        .forEach(operation -> on(operation.request().getClass(), this::relay));
  }

  @Override
  public Future<?> start() throws Exception {
    owner = Caller.anywhere(vertx, address, timeoutMillis);
    Context loop = vertx.getOrCreateContext();
    membership.onChange(() -> loop.runOnContext(x -> failWaiting()));
    return super.start();
  }

  @Override
  protected Future<Void> health() {
    return ask(Caller::health);
  }

  private Future<@Nullable Message> relay(Message request, Call call) {
    return ask(caller -> caller.request(request, call));
  }

  private interface Question<T> {
    Future<T> to(Caller owner);
  }

  private <T> Future<T> ask(Question<T> question) {
    Caller caller = owner;
    Failure refusal = membership.noDiskOwner();
    if (refusal != null || caller == null) {
      return Future.failedFuture(refusal == null ? Failure.unavailable("not started") : refusal);
    }
    Promise<T> answer = Promise.promise();
    Future<T> asked = question.to(caller); // may throw: what was not asked does not wait
    waiting.add(answer);
    try {
      asked.onComplete(reply -> answered(answer, reply));
    } catch (Throwable t) {
      waiting.remove(answer);
      answer.tryFail(t);
    }
    return answer.future();
  }

  private <T> void answered(Promise<T> answer, AsyncResult<T> reply) {
    waiting.remove(answer);
    if (reply.succeeded()) {
      answer.tryComplete(reply.result());
    } else {
      answer.tryFail(named(reply.cause()));
    }
  }

  private void failWaiting() {
    Failure refusal = membership.noDiskOwner();
    if (refusal == null) {
      return;
    }
    Failure failure = Failure.unavailable(refusal.getMessage() + Outcome.UNKNOWN);
    for (Promise<?> promise : List.copyOf(waiting)) {
      waiting.remove(promise);
      try {
        promise.tryFail(failure);
      } catch (Throwable t) { // the others wait as well
        LOG.log(Level.ERROR, "a request was not ended", t);
      }
    }
  }

  /** An answer of the owner as it is; a missing one with the name of the owner. */
  private Throwable named(Throwable cause) {
    if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      return cause;
    }
    String text = "the owner of the disk, " + cluster.diskOwner();
    if (cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.TIMEOUT) {
      return Failure.timedOut(text + ", did not answer" + Outcome.UNKNOWN);
    }
    return Failure.unavailable(text + ", cannot be reached at " + address);
  }
}
