package io.purpledb;

import com.google.protobuf.Message;
import io.purpledb.cluster.ClusterNode;
import io.purpledb.config.ClusterTls;
import io.purpledb.config.Member;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Operation;
import io.purpledb.message.ResponseStream;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.jspecify.annotations.Nullable;

/**
 * Purple for another Vert.x application: its services over the event bus. The application visits
 * the cluster as a guest, which keeps no data of Purple and is no member, or brings a Vert.x that
 * is on the same event bus already. A failed call fails with {@link Failure}.
 *
 * <pre>{@code
 * PurpleClient.join("127.0.0.1:7800,127.0.0.1:7810,127.0.0.1:7820")
 *     .compose(
 *         purple ->
 *             purple.<CounterIncrementResponse>call(
 *                 CounterIncrementRequest.newBuilder().setKey("visits").setAmount(1).build()))
 * }</pre>
 */
public final class PurpleClient {

  private static final long TIMEOUT_MILLIS = 10_000;

  private final Vertx vertx;
  private final long timeoutMillis;

  private PurpleClient(Vertx vertx, long timeoutMillis) {
    this.vertx = vertx;
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Visits a cluster without TLS; fails when no member lets it in.
   *
   * @param members as in the setting {@code cluster-members}; those that are away are left out
   */
  public static Future<PurpleClient> join(String members) {
    return join(members, null, new VertxOptions());
  }

  /**
   * Visits a cluster.
   *
   * @param tls a certificate of the cluster's authority; null when the cluster has none
   * @param options of the Vert.x that is made; those of its event bus are overwritten
   */
  public static Future<PurpleClient> join(
      String members, @Nullable ClusterTls tls, VertxOptions options) {
    return ClusterNode.visit(Member.listOf(members), tls, options).map(PurpleClient::on);
  }

  /** Uses a Vert.x that is on the event bus of the cluster. */
  public static PurpleClient on(Vertx vertx) {
    Bus.registerCodecs(vertx);
    return new PurpleClient(vertx, TIMEOUT_MILLIS);
  }

  /** The same with another time that a call may take, in place of 10 seconds. */
  public PurpleClient withTimeout(long millis) {
    return new PurpleClient(vertx, millis);
  }

  /**
   * Calls the service whose request this is, on whichever node. A call that is unavailable may be
   * tried again; after <i>timed out</i> a write may or may not have happened.
   *
   * @return the response of the request's operation: of a {@code KvGetRequest} a {@code
   *     KvGetResponse}
   */
  public <R extends Message> Future<R> call(Message request) {
    return service(Operation.of(request).service())
        .<R>request(request)
        .recover(cause -> Future.failedFuture(Failure.of(cause)));
  }

  /**
   * Calls a service whose operation answers many messages. The stream begins paused.
   *
   * @return the stream, when it has begun
   */
  public <R extends Message> Future<ResponseStream<R>> stream(Message request) {
    return service(Operation.of(request).service()).<R>stream(request, Call.NOTHING)
        .recover(cause -> Future.failedFuture(Failure.of(cause)));
  }

  /**
   * Whether a service can serve; fails with the reason when not.
   *
   * @param service {@code cache}, {@code counter}, {@code flag}, {@code kv} or {@code set}
   */
  public Future<Void> health(String service) {
    return service(service).health().recover(cause -> Future.failedFuture(Failure.of(cause)));
  }

  /** The Vert.x that is used, for everything else, such as plain JSON messages. */
  public Vertx vertx() {
    return vertx;
  }

  /** Closes the Vert.x that is used, and so leaves the cluster. */
  public Future<Void> close() {
    return vertx.close();
  }

  private Caller service(String name) {
    return Caller.anywhere(vertx, Bus.service(name), timeoutMillis);
  }
}
