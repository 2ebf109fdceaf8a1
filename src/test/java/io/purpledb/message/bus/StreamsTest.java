package io.purpledb.message.bus;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Interceptors;
import io.purpledb.message.ResponseStream;
import io.purpledb.support.OperationCounts;
import io.purpledb.support.TestService;
import io.purpledb.support.client.Await;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.test.v1.TestCountResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations that answer many messages, as docs/event-bus.md says. */
@Timeout(60)
final class StreamsTest {

  private static final String ADDRESS = Bus.service("test");
  private static final long ENDLESS = -1;
  private static final int PATIENCE_MILLIS = 200;

  private final OperationCounts statuses = new OperationCounts();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Caller caller = Caller.anywhere(vertx, ADDRESS, 10_000);
  private TestService.Counts counts;

  @BeforeEach
  void deploy() {
    Interceptors.set(vertx, List.of(statuses));
    counts = TestService.deploy(vertx, 1, PATIENCE_MILLIS);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    return Await.value(future.toCompletionStage().toCompletableFuture());
  }

  private static TestCountRequest.Builder count(long numbers) {
    return TestCountRequest.newBuilder().setKey("k").setCount(numbers);
  }

  private static List<Long> numbers(long last) {
    return LongStream.rangeClosed(1, last).boxed().collect(toList());
  }

  @Test
  void allInOrder() throws Exception {
    Future<List<Long>> all =
        caller.<TestCountResponse>stream(count(1_000).build(), Call.NOTHING)
            .compose(TestService::numbers);

    assertThat(await(all)).isEqualTo(numbers(1_000));
    assertThat(statuses.take()).isEqualTo(Map.of("testCount ok", 1));
    counts.awaitNoneOpen();
  }

  @Test
  void noneBeforeItIsAskedFor() throws Exception {
    List<Long> numbers = new ArrayList<>();
    ResponseStream<TestCountResponse> stream =
        await(caller.stream(count(ENDLESS).build(), Call.NOTHING));
    Promise<Void> three = Promise.promise();
    vertx.runOnContext(
        x -> {
          stream.handler(
              message -> {
                numbers.add(message.getNumber());
                if (numbers.size() == 3) {
                  three.complete();
                }
              });
          stream.fetch(3);
        });
    await(three.future());

    assertThat(numbers).isEqualTo(numbers(3));
    assertThat(counts.made()).as("made").isLessThanOrEqualTo(4);
    vertx.runOnContext(x -> stream.cancel());
    counts.awaitNoneOpen();
    assertThat(statuses.take()).isEqualTo(Map.of("testCount ok", 1));
  }

  @Test
  void whoDoesNotReadLosesIt() throws Exception {
    ResponseStream<TestCountResponse> stream =
        await(caller.stream(count(ENDLESS).build(), Call.NOTHING));

    counts.awaitNoneOpen();

    assertThat(counts.made()).isLessThanOrEqualTo(1);
    Promise<List<Long>> ended = Promise.promise();
    vertx.runOnContext(x -> TestService.numbers(stream).onComplete(ended));
    assertThatThrownBy(() -> await(ended.future())).isNotNull();
  }

  @Test
  void failuresComeAfterWhatWentWell() {
    List<Long> before = new ArrayList<>();
    Future<Void> end =
        caller.<TestCountResponse>stream(count(10).setFailingAfter(2).build(), Call.NOTHING)
            .compose(
                stream -> {
                  Promise<Void> ended = Promise.promise();
                  stream.handler(message -> before.add(message.getNumber()));
                  stream.endHandler(ended::complete);
                  stream.exceptionHandler(ended::fail);
                  stream.resume();
                  return ended.future();
                });

    assertThatThrownBy(() -> await(end))
        .cause()
        .satisfies(cause -> assertThat(Failure.of(cause).kind()).isEqualTo(Failure.Kind.CONFLICT))
        .hasMessage("number 2 is too much");
    assertThat(before).isEqualTo(numbers(2));
    assertThat(statuses.take()).isEqualTo(Map.of("testCount conflict", 1));
  }

  @Test
  void aRefusalIsNoStream() {
    Future<ResponseStream<TestCountResponse>> stream =
        caller.stream(TestCountRequest.getDefaultInstance(), Call.NOTHING);

    assertThatThrownBy(() -> await(stream)).hasMessageContaining("key: empty");
    assertThat(statuses.take()).isEqualTo(Map.of("testCount invalid_argument", 1));
  }

  @Test
  void theDeadlineEndsIt() throws Exception {
    Future<List<Long>> all =
        caller.<TestCountResponse>stream(count(ENDLESS).build(), Call.within(300))
            .compose(TestService::numbers);

    assertThatThrownBy(() -> await(all)).hasMessageContaining("the deadline of the stream is over");
    counts.awaitNoneOpen();
    assertThat(statuses.take()).isEqualTo(Map.of("testCount timed_out", 1));
  }

  /** Without any class of Purple's: each reply is asked for by a reply to the one before. */
  @Test
  void plainJson() {
    List<String> told = new ArrayList<>();
    JsonObject request = new JsonObject().put("key", "k").put("count", 2);
    DeliveryOptions asking = new DeliveryOptions().addHeader(Bus.OPERATION, "testCount");
    Future<Void> end =
        vertx.eventBus().<JsonObject>request(ADDRESS, request, asking).compose(m -> next(m, told));

    await(end);

    assertThat(told)
        .containsSubsequence(
            "waiting null",
            "message {\"number\":1,\"padding\":\"\"}",
            "message {\"number\":2,\"padding\":\"\"}",
            "end null");
  }

  private static Future<Void> next(
      io.vertx.core.eventbus.Message<JsonObject> message, List<String> told) {
    String what = message.headers().get("purple-stream");
    told.add(what + " " + message.body());
    return what.equals("end")
        ? Future.succeededFuture()
        : message.<JsonObject>replyAndRequest(null).compose(m -> next(m, told));
  }
}
