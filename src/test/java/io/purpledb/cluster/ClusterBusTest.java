package io.purpledb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.purpledb.PurpleClient;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.Operation;
import io.purpledb.message.ResponseStream;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.TestService;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.test.v1.TestCountResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/event-bus.md over the wire: an endpoint on one node, its callers on another and a guest. */
@Timeout(60)
class ClusterBusTest {

  private static final String COUNTER = Bus.service("counter");
  private static final String KV = Bus.service("kv");
  private static final String ECHO = "test.echo";

  private static final String TEST = Bus.service("test");

  private static BusNodes nodes;
  private static TestService.Counts counts;

  /** Answers increments with the amount, gets with the failure that the key names, or nothing. */
  private static final class Answers extends Endpoint {

    Answers(String address) {
      super(address, 100);
      on(
          CounterIncrementRequest.class,
          q ->
              Future.succeededFuture(
                  CounterIncrementResponse.newBuilder().setValue(q.getAmount()).build()));
      on(KvGetRequest.class, Answers::get);
    }

    private static Future<@Nullable KvGetResponse> get(KvGetRequest request) {
      return request.getKey().equals("absent")
          ? Future.succeededFuture()
          : Future.failedFuture(new Failure(Kind.valueOf(request.getKey()), "the text"));
    }

    @Override
    protected Future<Void> health() {
      return Future.failedFuture(Failure.unavailable("not today"));
    }
  }

  @BeforeAll
  static void join() {
    nodes = new BusNodes(2, null);
    BusNodes.await(nodes.vertx(0).deployVerticle(new Answers(COUNTER)));
    BusNodes.await(nodes.vertx(0).deployVerticle(new Answers(KV)));
    counts = TestService.deploy(nodes.vertx(0), 1);
    Bus.registerCodecs(nodes.vertx(1), TestService.OPERATIONS, Integer.MAX_VALUE);
    BusNodes.await(
        nodes.vertx(0).eventBus().consumer(ECHO, asked -> asked.reply(asked.body())).completion());
  }

  @AfterAll
  static void leave() {
    nodes.close();
  }

  @Test
  void seesWhoIsThere() {
    assertThat(nodes.membership(1).toJson())
        .isEqualTo(
            new JsonObject(
                """
                {"node": "%2$s", "status": "up",
                 "members": [{"node": "%1$s", "status": "up"}, {"node": "%2$s", "status": "up"}]}
                """
                    .formatted(nodes.members().get(0), nodes.members().get(1))));
  }

  static Stream<Message> messages() {
    return Operation.ALL.stream()
        .flatMap(operation -> Stream.of(operation.request(), operation.response()))
        .map(ClusterBusTest::filled);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void carriesEveryMessage(Message message) {
    Object echo = BusNodes.await(nodes.vertx(1).eventBus().request(ECHO, message)).body();
    assertThat(echo).isEqualTo(message).isNotSameAs(message);
  }

  private static Message filled(Message prototype) {
    Message.Builder builder = prototype.newBuilderForType();
    for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
      Object value =
          switch (field.getJavaType()) {
            case STRING -> "a/\u00e4\uD83D\uDE00";
            case LONG -> Long.MIN_VALUE;
            case BOOLEAN -> true;
            case BYTE_STRING -> ByteString.copyFrom(new byte[] {0, -1, 10});
            default -> throw new AssertionError(field + " (expected: a type that is tested)");
          };
      if (field.isRepeated()) {
        builder.addRepeatedField(field, value).addRepeatedField(field, value);
      } else {
        builder.setField(field, value);
      }
    }
    return builder.build();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void carriesEveryFailure(Kind kind) {
    assertThatThrownBy(() -> BusNodes.await(get(kind.name())))
        .cause()
        .isInstanceOfSatisfying(
            Failure.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
        .hasMessage("the text");
  }

  @Test
  void carriesAbsence() {
    assertThat(BusNodes.await(get("absent"))).isNull();
  }

  @Test
  void carriesHealth() {
    assertThatThrownBy(() -> BusNodes.await(PurpleClient.on(nodes.vertx(1)).health("kv")))
        .hasMessageContaining("not today");
  }

  @Test
  void failsAsUnavailableWhereNobodyListens() {
    Future<?> call =
        Caller.anywhere(nodes.vertx(1), Bus.service("set"), 1_000)
            .request(KvGetRequest.getDefaultInstance());
    assertThatThrownBy(() -> BusNodes.await(call))
        .satisfies(
            thrown -> assertThat(Failure.of(thrown.getCause()).kind()).isEqualTo(Kind.UNAVAILABLE));
  }

  @Test
  void carriesPlainJson() {
    DeliveryOptions increment = new DeliveryOptions().addHeader(Bus.OPERATION, "counterIncrement");
    JsonObject request = new JsonObject().put("key", "k").put("amount", 5);
    assertThat(
            BusNodes.await(
                    nodes.vertx(1).eventBus().<JsonObject>request(COUNTER, request, increment))
                .body())
        .isEqualTo(new JsonObject().put("value", 5L));
  }

  @Test
  void answersAGuest() {
    PurpleClient guest = BusNodes.await(PurpleClient.join(nodes.members().get(1).id()));
    try {
      assertThat(increment(guest, 7)).isEqualTo(7);
      assertThat(nodes.membership(0).toJson().getJsonArray("members")).hasSize(2);
    } finally {
      BusNodes.await(guest.close());
    }
  }

  private static Future<KvGetResponse> get(String key) {
    return PurpleClient.on(nodes.vertx(1)).call(KvGetRequest.newBuilder().setKey(key).build());
  }

  private static long increment(PurpleClient client, long amount) {
    return BusNodes.await(
            client.<CounterIncrementResponse>call(
                CounterIncrementRequest.newBuilder().setKey("k").setAmount(amount).build()))
        .getValue();
  }

  @Test
  void carriesAStreamToAnotherNode() throws Exception {
    carriesAStream(nodes.vertx(1));
  }

  @Test
  void carriesAStreamToAGuest() throws Exception {
    PurpleClient guest = BusNodes.await(PurpleClient.join(nodes.members().get(1).id()));
    try {
      Bus.registerCodecs(guest.vertx(), TestService.OPERATIONS, Integer.MAX_VALUE);
      carriesAStream(guest.vertx());
    } finally {
      BusNodes.await(guest.close());
    }
  }

  private static void carriesAStream(Vertx reader) throws Exception {
    TestCountRequest.Builder request = TestCountRequest.newBuilder().setKey("k").setCount(100);

    assertThat(BusNodes.await(numbers(reader, request.build())))
        .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
    assertThatThrownBy(
            () -> BusNodes.await(numbers(reader, request.clone().setFailingAfter(2).build())))
        .hasMessageContaining("number 2 is too much");
    counts.awaitNoneOpen();

    ResponseStream<TestCountResponse> unread =
        BusNodes.await(Caller.anywhere(reader, TEST, 10_000).stream(request.build(), Call.NOTHING));
    unread.cancel();
    counts.awaitNoneOpen();
  }

  private static Future<List<Long>> numbers(Vertx reader, TestCountRequest request) {
    return Caller.anywhere(reader, TEST, 10_000).<TestCountResponse>stream(request, Call.NOTHING)
        .compose(TestService::numbers);
  }
}
