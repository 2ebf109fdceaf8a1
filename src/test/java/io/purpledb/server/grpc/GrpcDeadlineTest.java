package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.ClientCalls;
import io.purpledb.message.Operation;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.server.grpc.TestGrpcServer.StandIn;
import io.purpledb.server.grpc.call.Deadline;
import io.purpledb.support.QuietLog;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of a service that answers late or never, and clients that do not wait for it. */
@Timeout(30)
class GrpcDeadlineTest {

  private static final String GET = "/purple.v1.KvService/KvGet";
  private static final Buffer REQUEST =
      RawGrpcClient.frame(KvGetRequest.newBuilder().setKey("k").build().toByteArray());

  @RegisterExtension final QuietLog log = new QuietLog();

  /** The answers that the KV service owes. */
  private final BlockingQueue<Promise<Message>> owed = new LinkedBlockingQueue<>();

  private final TestGrpcServer server = server(10_000);
  private final RawGrpcClient raw = new RawGrpcClient(server.port());
  private final StockClient client = new StockClient(server.port());

  private TestGrpcServer server(long requestTimeoutMillis) {
    return TestGrpcServer.of(
        TestGrpcServer.config(requestTimeoutMillis),
        List.of(
            () -> new StandIn<>("kv", KvGetRequest.class, q -> owe(), Future::succeededFuture),
            () ->
                new StandIn<>(
                    "counter",
                    CounterGetRequest.class,
                    q -> Future.succeededFuture(CounterGetResponse.getDefaultInstance()),
                    Future::succeededFuture)));
  }

  /** An answer that comes on the event loop, as a backend's does, whoever gives it. */
  private Future<Message> owe() {
    Promise<Message> answer = ((ContextInternal) Vertx.currentContext()).promise();
    owed.add(answer);
    return answer.future();
  }

  @AfterEach
  void stop() {
    client.close();
    raw.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"300m", "300000u", "300000n", "00000300m"})
  void endsAtTheClientsDeadline(String timeout) {
    long start = System.nanoTime();
    Answer answer = raw.call(GET, Map.of("grpc-timeout", timeout), REQUEST);
    long expected = timeout.endsWith("n") ? 1 : 300;

    assertThat(answer.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(answer.text()).isEqualTo("grpc-timeout: " + timeout + " have passed");
    assertThat(millisSince(start)).isBetween(expected - 1, 5_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0m", "0n", "0H"})
  void endsAtOnceWithoutTime(String timeout) {
    assertThat(raw.call(GET, Map.of("grpc-timeout", timeout), REQUEST).status())
        .isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(owed).isEmpty();
  }

  @Test
  void roundsTimeUp() {
    assertThat(List.of("1n", "999999n", "1000001n", "1u", "1001u", "7m", "2S", "2M", "99999999H"))
        .extracting(Deadline::millis)
        .containsExactly(1L, 1L, 2L, 1L, 2L, 7L, 2_000L, 120_000L, 359_999_996_400_000L);
  }

  @Test
  void endsAtTheClientsDeadlineWhileTheRequestIsNotWhole() {
    long start = System.nanoTime();
    Answer answer = raw.callWithoutEnd(GET, Map.of("grpc-timeout", "300m"), Buffer.buffer("\0"));

    assertThat(answer.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
    assertThat(millisSince(start)).isBetween(299L, 5_000L);
  }

  @Test
  void keepsALongDeadlineFromChangingAnything() {
    assertThat(
            raw.call(
                    "/purple.v1.CounterService/CounterGet",
                    Map.of("grpc-timeout", "99999999H"),
                    RawGrpcClient.frame(new byte[0]))
                .status())
        .isEqualTo(GrpcStatus.OK);
  }

  @Test
  void endsAtTheServersTimeout() {
    try (TestGrpcServer impatient = server(500);
        RawGrpcClient raw = new RawGrpcClient(impatient.port())) {
      long start = System.nanoTime();
      Answer answer = raw.call(GET, Map.of(), REQUEST);

      assertThat(answer.status()).isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
      assertThat(answer.text()).isEqualTo("no answer in time");
      assertThat(millisSince(start)).isBetween(499L, 5_000L);
    }
  }

  @Test
  void dropsLateAnswersQuietly() {
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(
              () -> get(CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.MILLISECONDS)))
          .hasMessageStartingWith("DEADLINE_EXCEEDED");
      raw.call(GET, Map.of("grpc-timeout", "1m"), REQUEST);
    }
    payAll();
    stillServes();
  }

  @Test
  void survivesAStormOfCancels() throws Exception {
    ListenableFuture<KvGetResponse> patient = call();
    Promise<Message> itsAnswer = next();
    KvGetResponse large =
        KvGetResponse.newBuilder().setValue(ByteString.copyFrom(new byte[20_000])).build();
    for (int round = 0; round < 20; round++) {
      List<ListenableFuture<KvGetResponse>> calls = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        calls.add(call());
      }
      List<Promise<Message>> answers = new ArrayList<>();
      for (int i = 0; i < calls.size(); i++) {
        answers.add(next()); // all are in flight at once
      }
      if (round % 2 == 0) {
        assertThat(calls).allMatch(call -> call.cancel(true));
        answers.forEach(answer -> answer.complete(large));
      } else {
        answers.forEach(answer -> answer.complete(large));
        calls.forEach(call -> call.cancel(true));
      }
    }
    itsAnswer.complete(large);
    assertThat(patient.get(10, TimeUnit.SECONDS)).isEqualTo(large);
  }

  private ListenableFuture<KvGetResponse> call() {
    MethodDescriptor<KvGetRequest, KvGetResponse> method =
        StockClient.method(
            Operation.of(KvGetRequest.getDefaultInstance()).method(),
            MethodType.UNARY,
            KvGetRequest.getDefaultInstance(),
            KvGetResponse.getDefaultInstance());
    return ClientCalls.futureUnaryCall(
        client.channel.newCall(method, CallOptions.DEFAULT), KvGetRequest.getDefaultInstance());
  }

  @Test
  void survivesResetsOfEveryKindAtEveryPoint() {
    for (long code = 0; code < 16; code++) {
      for (int point = 0; point < 3; point++) {
        HttpClientRequest request = raw.open(GET, Map.of("grpc-timeout", "5S"));
        if (point == 0) {
          TestGrpcServer.await(request.write(Buffer.buffer("\0")));
        } else if (point == 1) {
          TestGrpcServer.await(request.write(REQUEST));
        } else {
          TestGrpcServer.await(request.end(REQUEST));
        }
        TestGrpcServer.await(request.reset(code));
      }
    }
    stillServes();
    payAll();
    stillServes();
  }

  @Test
  void survivesConnectionsThatBreak() {
    for (int i = 0; i < 20; i++) {
      try (RawGrpcClient broken = new RawGrpcClient(server.port())) {
        TestGrpcServer.await(broken.open(GET, Map.of()).end(REQUEST));
        TestGrpcServer.await(broken.open(GET, Map.of()).write(Buffer.buffer("\0")));
      }
    }
    payAll();
    stillServes();
  }

  @Test
  void survivesClientsThatLeaveInTheMiddleOfAnAnswer() throws InterruptedException {
    ByteString large = ByteString.copyFrom(new byte[4 << 20]);
    for (int i = 0; i < 20; i++) {
      HttpClientRequest request = raw.open(GET, Map.of());
      Promise<Void> begun = Promise.promise();
      request
          .response()
          .onSuccess(
              response -> {
                response.handler(
                    chunk -> {
                      response.pause();
                      begun.tryComplete();
                    });
              });
      TestGrpcServer.await(request.end(REQUEST));
      next().complete(KvGetResponse.newBuilder().setValue(large).build());
      TestGrpcServer.await(begun.future());
      TestGrpcServer.await(request.reset(8));
    }
    stillServes();
  }

  @Test
  void tellsOfAServiceThatAnswersNothing() throws InterruptedException {
    Future<Answer> answer = RawGrpcClient.answer(raw.open(GET, Map.of()), REQUEST);
    next().complete();

    assertThat(TestGrpcServer.await(answer).status()).isEqualTo(GrpcStatus.INTERNAL);
    assertThat(TestGrpcServer.await(answer).text())
        .startsWith("internal failure, see the server's log");
    assertThat(log.take()).singleElement().asString().contains("internal failure");
  }

  private Promise<Message> next() throws InterruptedException {
    Promise<Message> next = owed.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no call came");
    }
    return next;
  }

  private void payAll() {
    while (!owed.isEmpty()) {
      owed.remove().tryComplete(KvGetResponse.getDefaultInstance());
    }
  }

  private void stillServes() {
    Operation operation = Operation.of(CounterGetRequest.getDefaultInstance());
    client.call(operation.method(), CounterGetRequest.getDefaultInstance(), operation.response());
  }

  private void get(CallOptions options) {
    Operation operation = Operation.of(KvGetRequest.getDefaultInstance());
    client.call(
        operation.method(), KvGetRequest.getDefaultInstance(), operation.response(), options);
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
