package io.purpledb.message;

import com.google.protobuf.ByteString;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A request and its response over the event bus: to the instance on the same event loop, as all of
 * Purple's own requests go, and to the public address from a thread outside.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BusHopBenchmark {

  private static final int HOPS = 1000; // so that entering the loop once does not count
  private static final long TIMEOUT_MILLIS = 10_000;

  private final KvGetRequest request = KvGetRequest.newBuilder().setKey("key-1000000").build();
  private Vertx vertx;
  private Caller here;
  private Caller anywhere;

  /** A service that answers a constant. */
  private static final class Constant extends Endpoint {

    Constant(KvGetResponse response) {
      super("bench", Integer.MAX_VALUE);
      on(KvGetRequest.class, q -> Future.succeededFuture(response));
    }

    @Override
    protected Future<Void> health() {
      return Future.succeededFuture();
    }
  }

  /** Starts one event loop with one service. */
  @Setup
  public void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    Bus.registerCodecs(vertx);
    KvGetResponse response =
        KvGetResponse.newBuilder().setValue(ByteString.copyFrom(new byte[100])).build();
    await(vertx.deployVerticle(new Constant(response)));
    anywhere = Caller.anywhere(vertx, "bench", TIMEOUT_MILLIS);
    Promise<Caller> caller = Promise.promise();
    vertx.runOnContext(x -> caller.complete(Caller.onThisLoop(vertx, "bench", TIMEOUT_MILLIS)));
    here = await(caller.future());
  }

  @TearDown
  public void stop() {
    await(vertx.close());
  }

  @Benchmark
  @OperationsPerInvocation(HOPS)
  public Object sameLoop() {
    Promise<Object> done = Promise.promise();
    vertx.runOnContext(x -> hop(HOPS, done));
    return await(done.future());
  }

  private void hop(int left, Promise<Object> done) {
    here.<KvGetResponse>request(request)
        .onComplete(
            response -> {
              if (left == 1) {
                done.complete(response);
              } else {
                hop(left - 1, done);
              }
            },
            done::fail);
  }

  @Benchmark
  public Object fromOutside() {
    return await(anywhere.<KvGetResponse>request(request));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }
}
