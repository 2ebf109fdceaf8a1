package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.purpledb.config.ServerLimits;
import io.purpledb.message.Interceptors;
import io.purpledb.support.OperationCounts;
import io.purpledb.support.RawHttp2;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestService;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.test.v1.TestCountResponse;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations that answer many messages, as streams of the server, with the client of grpc-java. */
@Timeout(90)
final class StreamCallTest {

  private static final OperationCounts STATUSES = new OperationCounts();
  private static final MethodDescriptor<TestCountRequest, TestCountResponse> COUNT =
      StockClient.method(
          TestService.OPERATIONS.get(0).method(),
          MethodType.SERVER_STREAMING,
          TestCountRequest.getDefaultInstance(),
          TestCountResponse.getDefaultInstance());

  private static Vertx vertx;
  private static TestService.Counts counts;
  private static GrpcServerVerticle server;
  private static StockClient client;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    Interceptors.set(vertx, List.of(STATUSES));
    counts = TestService.deploy(vertx, 1);
    server = new GrpcServerVerticle(TestGrpcServer.config(10_000), TestService.OPERATIONS);
    TestGrpcServer.await(vertx.deployVerticle(server));
    client = new StockClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    TestGrpcServer.await(vertx.close());
  }

  private static TestCountRequest.Builder count(long numbers) {
    return TestCountRequest.newBuilder().setKey("k").setCount(numbers);
  }

  private static void read(
      TestCountRequest request, CallOptions options, Consumer<TestCountResponse> to) {
    Iterator<TestCountResponse> answers =
        ClientCalls.blockingServerStreamingCall(client.channel, COUNT, options, request);
    answers.forEachRemaining(to);
  }

  @Test
  void allInOrder() throws Exception {
    List<Long> numbers = new ArrayList<>();

    read(count(3).build(), CallOptions.DEFAULT, answer -> numbers.add(answer.getNumber()));

    assertThat(numbers).containsExactly(1L, 2L, 3L);
    counts.assertEnded(STATUSES, "ok");
  }

  @Test
  void failuresComeAfterWhatWentWell() throws Exception {
    List<Long> numbers = new ArrayList<>();

    assertThatThrownBy(
            () ->
                read(
                    count(3).setFailingAfter(2).build(),
                    CallOptions.DEFAULT,
                    answer -> numbers.add(answer.getNumber())))
        .hasMessage("FAILED_PRECONDITION: number 2 is too much");
    assertThat(numbers).containsExactly(1L, 2L);
    counts.assertEnded(STATUSES, "conflict");
  }

  @Test
  void whatCannotBegin() throws Exception {
    assertThatThrownBy(
            () -> read(TestCountRequest.getDefaultInstance(), CallOptions.DEFAULT, answer -> {}))
        .hasMessageStartingWith("INVALID_ARGUMENT: key: empty");
    counts.assertEnded(STATUSES, "invalid_argument");
  }

  @Test
  void theDeadlineOfTheClient() throws Exception {
    CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS);

    assertThatThrownBy(() -> read(count(1).setWaiting(true).build(), soon, answer -> {}))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    counts.awaitNoneOpen();
    STATUSES.take(); // ok, when the client was the first to end it
  }

  @Test
  void whoCancelsEndsIt() throws Exception {
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(
        () -> {
          Iterator<TestCountResponse> answers =
              ClientCalls.blockingServerStreamingCall(
                  client.channel, COUNT, CallOptions.DEFAULT, count(1).setWaiting(true).build());
          assertThat(answers.next().getNumber()).isEqualTo(1);
        });

    context.cancel(null);

    counts.assertEnded(STATUSES, "ok");
  }

  /** A stream of a connection that reads all others: what waits is bounded, and for how long. */
  @Tag("long")
  @ParameterizedTest
  @CsvSource({"100000, 10", "0, 1000"})
  void whoDoesNotReadEndsIt(int padding, long most) throws Exception {
    long before = counts.made();
    int noWindow = 0;
    try (RawHttp2 connection = new RawHttp2(server.port()).open(noWindow)) {
      connection.call(
          1,
          "/purple.test.v1.TestService/TestCount",
          count(-1).setPaddingBytes(padding).build().toByteArray());

      counts.assertEnded(STATUSES, "ok");

      assertThat(counts.made() - before).isLessThan(most);
    }
  }

  /** Who comes to it in the last moments is told as well, and keeps nobody waiting. */
  @Test
  void aStreamThatBeginsWhileTheServerStops() throws Exception {
    ServerLimits limits =
        new ServerLimits(32 << 10, 100, 100, 60_000, 75_000, 1_000, TestConfigs.LIMITS.browsers());
    Vertx stopping = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    TestService.deploy(stopping, 1);
    GrpcServerVerticle itsServer =
        new GrpcServerVerticle(TestGrpcServer.config(limits), TestService.OPERATIONS);
    String id = TestGrpcServer.await(stopping.deployVerticle(itsServer));
    try (StockClient first = new StockClient(itsServer.port());
        StockClient late = new StockClient(itsServer.port())) {
      ClientCalls.blockingServerStreamingCall(
              first.channel, COUNT, CallOptions.DEFAULT, count(1).build())
          .forEachRemaining(answer -> {});
      var stopped = stopping.undeploy(id);
      Iterator<TestCountResponse> answers =
          ClientCalls.blockingServerStreamingCall(
              late.channel, COUNT, CallOptions.DEFAULT, count(1).setWaiting(true).build());
      assertThat(answers.next().getNumber()).isEqualTo(1);

      assertThatThrownBy(answers::hasNext).hasMessage("UNAVAILABLE: the server is stopping");
      TestGrpcServer.await(stopped);
    } finally {
      TestGrpcServer.await(stopping.close());
    }
  }

  @Test
  void aServerThatStopsEndsThem() throws Exception {
    Vertx stopping = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    TestService.deploy(stopping, 1);
    GrpcServerVerticle itsServer =
        new GrpcServerVerticle(TestGrpcServer.config(10_000), TestService.OPERATIONS);
    String id = TestGrpcServer.await(stopping.deployVerticle(itsServer));
    try (StockClient itsClient = new StockClient(itsServer.port())) {
      Iterator<TestCountResponse> answers =
          ClientCalls.blockingServerStreamingCall(
              itsClient.channel, COUNT, CallOptions.DEFAULT, count(1).setWaiting(true).build());
      assertThat(answers.next().getNumber()).isEqualTo(1);

      var stopped = stopping.undeploy(id);

      assertThatThrownBy(answers::hasNext).hasMessage("UNAVAILABLE: the server is stopping");
      TestGrpcServer.await(stopped);
    } finally {
      TestGrpcServer.await(stopping.close());
    }
  }
}
