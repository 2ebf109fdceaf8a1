package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.purpledb.message.Failure;
import io.purpledb.server.grpc.TestGrpcServer.StandIn;
import io.purpledb.server.grpc.method.HealthService;
import io.purpledb.support.QuietLog;
import io.purpledb.support.TestConfigs;
import io.purpledb.v1.KvGetRequest;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthListRequest;
import io.vertx.grpc.health.v1.HealthListResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** grpc.health.v1 in front of services whose health the test decides. */
@Timeout(30)
class GrpcHealthTest {

  private static final ServingStatus SERVING = ServingStatus.SERVING;
  private static final ServingStatus NOT_SERVING = ServingStatus.NOT_SERVING;

  @RegisterExtension final QuietLog log = new QuietLog();

  private volatile boolean kvIsWell = true;
  private final AtomicInteger kvAsked = new AtomicInteger();

  private final TestGrpcServer server =
      TestGrpcServer.of(
          TestGrpcServer.config(10_000),
          TestConfigs.SERVICES.stream().map(this::endpoint).toList());
  private final StockClient client = new StockClient(server.port());

  private Supplier<Deployable> endpoint(String name) {
    return () -> service(name, name.equals("kv") ? this::kvHealth : Future::succeededFuture);
  }

  private Future<Void> kvHealth() {
    kvAsked.incrementAndGet();
    return kvIsWell
        ? Future.succeededFuture()
        : Future.failedFuture(Failure.unavailable("the disk is full"));
  }

  private static Deployable service(String name, Supplier<Future<Void>> health) {
    return new StandIn<>(
        name, KvGetRequest.class, q -> Future.failedFuture("not asked for"), health);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  static Stream<String> names() {
    return Stream.concat(
        TestGrpcServer.SERVICES.stream(),
        Stream.of("", "proto.Cache", "proto.Counter", "proto.Flag", "proto.KV", "proto.Set"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void isAsWellAsTheServicesBehindAName(String name) {
    assertThat(check(name)).isEqualTo(SERVING);

    kvIsWell = false;
    boolean restsOnKv = name.isEmpty() || name.endsWith("KV") || name.endsWith("KvService");
    assertThat(check(name)).isEqualTo(restsOnKv ? NOT_SERVING : SERVING);
  }

  @Test
  void isAliveUnderItsOwnNameWhateverTheServicesAre() {
    kvIsWell = false;

    assertThat(check("grpc.health.v1.Health")).isEqualTo(SERVING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "purple.v1", "kv", " ", "grpc.health.v1"})
  void knowsNoOtherName(String name) {
    assertThatThrownBy(() -> check(name))
        .hasMessageStartingWith(
            "NOT_FOUND: service: "
                + name
                + " (expected: nothing for the server, or one of [purple");
  }

  @Test
  void listsAllNames() {
    kvIsWell = false;
    HealthListResponse list =
        client.call(
            HealthService.SERVICE.findMethodByName("List"),
            HealthListRequest.getDefaultInstance(),
            HealthListResponse.getDefaultInstance());

    assertThat(list.getStatusesMap()).containsOnlyKeys(names().toList());
    assertThat(list.getStatusesMap())
        .containsAllEntriesOf(
            Map.of(
                "", HealthService.response(NOT_SERVING),
                "proto.KV", HealthService.response(NOT_SERVING),
                "purple.v1.SetService", HealthService.response(SERVING)));
  }

  @Test
  void isNotServingWhenNobodyAnswers() {
    try (TestGrpcServer empty = TestGrpcServer.of(TestGrpcServer.config(10_000), List.of());
        StockClient client = new StockClient(empty.port())) {
      assertThat(check(client, "")).isEqualTo(NOT_SERVING);
    }
  }

  @Test
  void isServingInFrontOfRealServices() {
    try (TestGrpcServer purple = TestGrpcServer.ofPurple();
        StockClient client = new StockClient(purple.port())) {
      assertThat(check(client, "")).isEqualTo(SERVING);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "purple.v1.KvService"})
  void tellsAWatcherOfEachChange(String name) throws Exception {
    try (Watch watch = new Watch(name)) {
      assertThat(watch.next()).isEqualTo(SERVING);
      kvIsWell = false;
      assertThat(watch.next()).isEqualTo(NOT_SERVING);
      kvIsWell = true;
      assertThat(watch.next()).isEqualTo(SERVING);
      assertThat(watch.seen).isEmpty();
    }
  }

  @Test
  void tellsAWatcherOfAnUnknownNameSo() throws Exception {
    try (Watch watch = new Watch("nothing")) {
      assertThat(watch.next()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
    }
  }

  @Test
  void asksNoMoreWhenNobodyWatches() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (Watch watch = new Watch("")) {
        assertThat(watch.next()).isEqualTo(SERVING);
      }
    }
    // A period may have begun before its watcher went; from then on nobody asks.
    TestGrpcServer.await(
        server.vertx().timer(5 * TestGrpcServer.WATCH_PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    int asked = kvAsked.get();
    TestGrpcServer.await(
        server.vertx().timer(5 * TestGrpcServer.WATCH_PERIOD_MILLIS, TimeUnit.MILLISECONDS));
    assertThat(kvAsked).hasValue(asked);
  }

  @Test
  void pingsAWatchersConnectionSoThatItIsNotIdle() {
    try (RawGrpcClient raw = new RawGrpcClient(server.port())) {
      HttpClientRequest request = raw.open("/grpc.health.v1.Health/Watch", Map.of());
      Promise<Void> pinged = Promise.promise();
      request.connection().pingHandler(x -> pinged.tryComplete());
      request.end(RawGrpcClient.frame(new byte[0]));

      TestGrpcServer.await(pinged.future());
      TestGrpcServer.await(request.reset());
    }
  }

  @Test
  void watchesThroughGrpcWebToo() {
    try (RawGrpcClient web = new RawGrpcClient(server.port(), HttpVersion.HTTP_1_1)) {
      HttpClientRequest request =
          web.open(
              "/grpc.health.v1.Health/Watch", Map.of("content-type", "application/grpc-web+proto"));
      Future<Buffer> first = // asked for before it can come, and go by
          request
              .response()
              .compose(r -> Future.future(promise -> r.handler(promise::tryComplete)));
      request.end(RawGrpcClient.frame(new byte[0]));

      assertThat(TestGrpcServer.await(first).getBytes())
          .isEqualTo(RawGrpcClient.frame(HealthService.response(SERVING).toByteArray()).getBytes());
      int pings = 21 * TestGrpcServer.WATCH_PERIOD_MILLIS;
      TestGrpcServer.await(server.vertx().timer(pings, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void endsAWatchWhenTheServerStops() throws Exception {
    try (Watch watch = new Watch("")) {
      assertThat(watch.next()).isEqualTo(SERVING);
      long start = System.nanoTime();
      TestGrpcServer.await(server.closeServer());

      assertThat(watch.ends.poll(10, TimeUnit.SECONDS))
          .extracting(Status::getCode, Status::getDescription)
          .containsExactly(Status.Code.UNAVAILABLE, "the server is stopping");
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(5_000);
    }
  }

  private ServingStatus check(String name) {
    return check(client, name);
  }

  private static ServingStatus check(StockClient client, String name) {
    return client
        .call(
            HealthService.SERVICE.findMethodByName("Check"),
            HealthCheckRequest.newBuilder().setService(name).build(),
            HealthCheckResponse.getDefaultInstance())
        .getStatus();
  }

  /** A stock client that watches until it is closed. */
  private final class Watch
      implements AutoCloseable, ClientResponseObserver<HealthCheckRequest, HealthCheckResponse> {

    final BlockingQueue<ServingStatus> seen = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<ClientCallStreamObserver<HealthCheckRequest>> call =
        new LinkedBlockingQueue<>();

    Watch(String name) {
      HealthCheckRequest request = HealthCheckRequest.newBuilder().setService(name).build();
      ClientCalls.asyncServerStreamingCall(
          client.channel.newCall(
              StockClient.method(
                  HealthService.WATCH,
                  MethodType.SERVER_STREAMING,
                  request,
                  HealthCheckResponse.getDefaultInstance()),
              CallOptions.DEFAULT),
          request,
          this);
    }

    ServingStatus next() throws InterruptedException {
      ServingStatus status = seen.poll(10, TimeUnit.SECONDS);
      return status == null ? ServingStatus.UNRECOGNIZED : status;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<HealthCheckRequest> stream) {
      call.add(stream);
    }

    @Override
    public void onNext(HealthCheckResponse response) {
      seen.add(response.getStatus());
    }

    @Override
    public void onError(Throwable t) {
      ends.add(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
      ends.add(Status.OK);
    }

    @Override
    public void close() {
      call.element().cancel("enough", null);
    }
  }
}
