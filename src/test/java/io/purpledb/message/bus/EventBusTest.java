package io.purpledb.message.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.InFlightBytes;
import io.purpledb.test.v1.TestAuthor;
import io.purpledb.test.v1.TestDocument;
import io.purpledb.test.v1.TestWriteRequest;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The event bus as documented in docs/event-bus.md, for any endpoint. */
@ExtendWith(VertxExtension.class)
class EventBusTest {

  private static final String ADDRESS = "purple.test";

  private final Queue<Asked> calls = new ConcurrentLinkedQueue<>();
  private Vertx vertx;

  private record Asked(Call call, Context loop) {}

  /** Echoes KV requests, throws on a delete, and keeps counters waiting. */
  private static final class Echo extends Endpoint {

    Echo(Queue<Asked> calls) {
      super(ADDRESS, 2);
      on(
          KvGetRequest.class,
          (KvGetRequest q, Call call) -> {
            calls.add(new Asked(call, Vertx.currentContext()));
            return Future.succeededFuture(
                KvGetResponse.newBuilder().setValue(q.getKeyBytes()).build());
          });
      on(
          KvDeleteRequest.class,
          q -> {
            throw new IllegalStateException("a defect");
          });
      on(CounterIncrementRequest.class, q -> Future.<CounterIncrementResponse>future(p -> {}));
    }

    @Override
    protected Future<Void> health() {
      return Future.failedFuture(Failure.unavailable("not today"));
    }
  }

  @BeforeEach
  void deploy(Vertx vertx, VertxTestContext context) {
    this.vertx = vertx;
    Bus.registerCodecs(vertx);
    Bus.registerCodecs(vertx);
    vertx.deployVerticle(new Echo(calls)).onComplete(context.succeedingThenComplete());
  }

  @Test
  void answersTypedMessages() throws Exception {
    Caller caller = Caller.anywhere(vertx, ADDRESS, 1000);

    KvGetResponse response = await(caller.request(get("k")));

    assertThat(response.getValue().toStringUtf8()).isEqualTo("k");
  }

  /** Also as JSON, and also when it comes from another process. */
  @Test
  void whatIsInFlightIsBoundedInBytes() throws Exception {
    InFlightBytes inFlight = InFlightBytes.of(vertx, 1_000);
    Caller caller = Caller.anywhere(vertx, ADDRESS, 60_000);
    String long1 = "k".repeat(700);
    var waits = caller.request(CounterIncrementRequest.newBuilder().setKey(long1).build());

    assertThatThrownBy(() -> await(caller.request(get(long1))))
        .hasMessageContaining("max-in-flight-bytes")
        .isInstanceOfSatisfying(
            ReplyException.class, f -> assertThat(f.failureCode()).isEqualTo(5031));
    assertThatThrownBy(() -> plain("kvGet", new JsonObject().put("key", long1)))
        .hasMessageContaining("max-in-flight-bytes");

    assertThat(plain("kvGet", new JsonObject().put("key", "k")).getString("value")).isNotEmpty();
    assertThat(inFlight.used()).isBetween(700L, 710L);
    assertThat(waits.isComplete()).isFalse();
  }

  @Test
  void refusesWhatIsNoTextBeforeItIsSent() {
    assertThatThrownBy(() -> await(Caller.anywhere(vertx, "nobody", 1000).request(get("a\ud800"))))
        .hasMessage("key: a lone surrogate (expected: well-formed Unicode)")
        .isInstanceOfSatisfying(
            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.INVALID));
  }

  /** Wherever it is in a request. */
  @Test
  void aLoneSurrogateInAPartOfARequest() {
    TestWriteRequest nested =
        TestWriteRequest.newBuilder()
            .setDocument(
                TestDocument.newBuilder().addReaders(TestAuthor.newBuilder().setName("\ud800")))
            .build();
    TestWriteRequest repeated = TestWriteRequest.newBuilder().addVersions("\udc00").build();
    Caller caller = Caller.anywhere(vertx, Bus.service("nobody"), 1_000);

    assertThat(caller.request(nested).cause())
        .hasMessage("name: a lone surrogate (expected: well-formed Unicode)");
    assertThat(caller.request(repeated).cause())
        .hasMessage("versions: a lone surrogate (expected: well-formed Unicode)");
  }

  @Test
  void answersPlainJson() throws Exception {
    JsonObject response = plain("kvGet", new JsonObject().put("key", "k"));

    assertThat(response).isEqualTo(new JsonObject().put("value", "aw=="));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kvGet     | {"kye": "k"}     | kye: unknown member (expected: one of [key])
          kvGet     | {"key": 1}       | key: 1 (expected: string)
          kvPut     | {"value": "####"}| value: Illegal base64 character 23 (expected: base64)
          setGet    | {}               | purple.v1.SetGetRequest: not an operation of purple.test
          kvFly     | {}               | header operation: kvFly (expected: health or an operation of purple.test such as kvGet)
          """)
  void refusesWhatIsNotInTheContract(String operation, String body, String text) {
    assertThatThrownBy(() -> plain(operation, new JsonObject(body)))
        .isInstanceOfSatisfying(
            ReplyException.class,
            reply -> {
              assertThat(reply.failureCode()).isEqualTo(400);
              assertThat(reply).hasMessage(text);
            });
  }

  @Test
  void answersWhenAHandlerThrows() {
    assertThatThrownBy(
            () ->
                await(
                    Caller.anywhere(vertx, ADDRESS, 1000)
                        .request(KvDeleteRequest.getDefaultInstance())))
        .isInstanceOfSatisfying(
            ReplyException.class, reply -> assertThat(reply.failureCode()).isEqualTo(500));
  }

  @Test
  void refusesMoreThanItsBoundAsBusy() {
    Caller caller = Caller.anywhere(vertx, ADDRESS, 1000);
    Message slow = CounterIncrementRequest.getDefaultInstance();
    caller.request(slow);
    caller.request(slow);

    assertThatThrownBy(() -> await(caller.request(get("k"))))
        .hasMessage("purple.test: 2 requests in flight (expected: at most 2)")
        .isInstanceOfSatisfying(
            ReplyException.class, reply -> assertThat(reply.failureCode()).isEqualTo(429));
  }

  @Test
  void endsARequestThatIsNotAnswered() {
    Caller caller = Caller.anywhere(vertx, ADDRESS, 1);

    Future<?> late = caller.request(CounterIncrementRequest.getDefaultInstance());

    assertThatThrownBy(() -> await(late))
        .satisfies(
            thrown -> assertThat(Failure.of(thrown).kind()).isEqualTo(Failure.Kind.TIMED_OUT));
  }

  @Test
  void doesNotBeginWhatNobodyWaitsForAnyMore() {
    DeliveryOptions late =
        new DeliveryOptions().addHeader(Call.TIMEOUT, "0").addHeader(Bus.OPERATION, "kvGet");

    assertThatThrownBy(() -> await(vertx.eventBus().request(ADDRESS, get("k"), late)))
        .isInstanceOfSatisfying(
            ReplyException.class, reply -> assertThat(reply.failureCode()).isEqualTo(504));
    assertThatThrownBy(() -> await(vertx.eventBus().request(ADDRESS, new JsonObject(), late)))
        .hasMessage("the deadline was over before the request was here");
  }

  /** What goes with a request is there whatever way it comes. */
  @Test
  void tellsTheHandlerWhatGoesWithARequest() throws Exception {
    Call call =
        new Call("team-a", "alice", Call.NO_DEADLINE, "a-trace", "a-key").endingWithin(60_000);

    await(Caller.anywhere(vertx, ADDRESS, 30_000).request(get("k"), call));
    Asked first = calls.remove();
    Call overTheBus = first.call();
    Promise<Call> onTheLoop = Promise.promise();
    first
        .loop()
        .runOnContext(
            x ->
                Caller.onThisLoop(vertx, ADDRESS, 30_000)
                    .request(get("k"), call)
                    .map(answered -> calls.remove().call())
                    .onComplete(onTheLoop));

    assertThat(await(onTheLoop.future())).isSameAs(call);
    assertThat(overTheBus)
        .usingRecursiveComparison()
        .ignoringFields("deadlineNanos")
        .isEqualTo(call);
    assertThat(overTheBus.leftMillis(60_000)).as("the caller's own bound").isLessThan(30_001);
  }

  @Test
  void tellsItsHealth() {
    assertThatThrownBy(() -> await(Caller.anywhere(vertx, ADDRESS, 1000).health()))
        .hasMessage("not today");
  }

  @Test
  void keepsAMessageThroughItsWireForm() {
    KvGetResponse response =
        KvGetResponse.newBuilder().setValue(ByteString.copyFrom(new byte[] {0, -1, 10})).build();
    Buffer wire = Buffer.buffer("before");
    MessageCodec<Message, Message> codec = Bus.codec(KvGetResponse.getDefaultInstance(), 5);

    codec.encodeToWire(wire, response);

    assertThat(codec.decodeFromWire("before".length(), wire)).isEqualTo(response);
    assertThat(codec.name()).isEqualTo("purple.v1.KvGetResponse");
  }

  @Test
  void believesNoLengthOfAMessage() {
    MessageCodec<Message, Message> codec = Bus.codec(KvGetResponse.getDefaultInstance(), 5);
    for (int length : new int[] {-1, 3, Integer.MAX_VALUE}) {
      Buffer wire = Buffer.buffer().appendInt(length).appendShort((short) 0);
      assertThatThrownBy(() -> codec.decodeFromWire(0, wire))
          .hasMessage("not a purple.v1.KvGetResponse: a length of " + length);
    }
  }

  private static KvGetRequest get(String key) {
    return KvGetRequest.newBuilder().setKey(key).build();
  }

  private JsonObject plain(String operation, JsonObject body) throws Exception {
    EventBus bus = vertx.eventBus();
    DeliveryOptions options = new DeliveryOptions().addHeader("operation", operation);
    return await(bus.<JsonObject>request(ADDRESS, body, options)).body();
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
