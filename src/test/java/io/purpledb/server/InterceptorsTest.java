package io.purpledb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Interceptor;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Caller;
import io.purpledb.support.BackendType;
import io.purpledb.support.OperationCounts;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestServer;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.Protocol;
import io.purpledb.support.client.Samples;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.time.FakeClock;
import io.purpledb.v0.GetResponse;
import io.purpledb.v0.Location;
import io.purpledb.v1.KvGetRequest;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever way a request comes in, the interceptors meet it, and once. */
@Timeout(60)
final class InterceptorsTest {

  private static final OperationCounts COUNTS = new OperationCounts();
  private static final Queue<Call> CALLS = new ConcurrentLinkedQueue<>();
  private static final String REFUSED = "refused";

  private static TestServer server;

  @BeforeAll
  static void start() {
    Interceptor rememberCalls =
        (operation, request, call, next) -> {
          CALLS.add(call);
          return next.proceed(request, call);
        };
    Interceptor refuse =
        (operation, request, call, next) -> {
          if (request instanceof KvGetRequest get && get.getKey().equals(REFUSED)) {
            throw new Failure(Failure.Kind.CONFLICT, "not this one");
          }
          return next.proceed(request, call);
        };
    server =
        TestServer.start(
            TestConfigs.of(BackendType.MEMORY),
            new FakeClock(),
            List.of(COUNTS, rememberCalls, refuse));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void begin() {
    COUNTS.take();
    CALLS.clear();
  }

  @ParameterizedTest
  @EnumSource
  void eachOperationOnceThroughAProtocol(Protocol type) {
    ServiceClient client = server.client(type);
    String key = "all-" + type;

    for (Operation operation : Operation.ALL) {
      Samples.make(client, operation.service(), key); // so that it finds something
      COUNTS.take();
      CALLS.clear();
      Await.value(client.call(Samples.request(operation, key)));
      assertThat(COUNTS.take()).isEqualTo(Map.of(operation.id() + " ok", 1));
      assertThat(CALLS).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void alsoWhatFails(Protocol type) {
    ServiceClient client = server.client(type);

    assertThatThrownBy(() -> Await.value(client.kvGet("absent"))).isNotNull();
    assertThatThrownBy(
            () ->
                Await.value(
                    client
                        .counterIncrement("c", Long.MAX_VALUE)
                        .thenCompose(x -> client.counterIncrement("c", Long.MAX_VALUE))))
        .isNotNull();

    assertThat(COUNTS.take())
        .containsKey("kvGet not_found")
        .containsKey("counterIncrement conflict");
  }

  @ParameterizedTest
  @EnumSource
  void whatOneRefusesIsNotDone(Protocol type) {
    assertThatThrownBy(() -> Await.value(server.client(type).kvGet(REFUSED)))
        .hasMessageContaining("not this one");
    assertThat(COUNTS.take()).isEqualTo(Map.of("kvGet conflict", 1));
  }

  @Test
  void plainJson() throws Exception {
    server
        .vertx()
        .eventBus()
        .request(
            Bus.service("counter"),
            new JsonObject().put("key", "plain").put("amount", 1),
            new DeliveryOptions().addHeader(Bus.OPERATION, "counterIncrement"))
        .await(10, TimeUnit.SECONDS);

    assertThat(COUNTS.take()).isEqualTo(Map.of("counterIncrement ok", 1));
  }

  /** As another node of a cluster does, which has no disk of its own. */
  @Test
  void whoAsksABackend() throws Exception {
    Caller backend = Caller.anywhere(server.vertx(), Bus.backend("memory", "kv"), 10_000);

    KvGetRequest absent = KvGetRequest.newBuilder().setKey("b").build();

    assertThatThrownBy(() -> backend.<Message>request(absent).await(10, TimeUnit.SECONDS))
        .satisfies(
            thrown -> assertThat(Failure.of(thrown).kind()).isEqualTo(Failure.Kind.NOT_FOUND));
    assertThat(COUNTS.take()).isEqualTo(Map.of("kvGet not_found", 1));
  }

  @Test
  void theOriginalsMessages() {
    MethodDescriptor<Location, GetResponse> kvGet =
        MethodDescriptor.<Location, GetResponse>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("proto.KV/KVGet")
            .setRequestMarshaller(ProtoUtils.marshaller(Location.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(GetResponse.getDefaultInstance()))
            .build();
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      Location absent = Location.newBuilder().setKey("absent").build();
      assertThatThrownBy(
              () -> ClientCalls.blockingUnaryCall(channel, kvGet, CallOptions.DEFAULT, absent))
          .hasMessageStartingWith("NOT_FOUND");
    } finally {
      channel.shutdownNow();
    }
    assertThat(COUNTS.take()).isEqualTo(Map.of("kvGet not_found", 1));
  }

  /** A deadline of the client, or else that of the setting; and the trace as it came. */
  @Test
  void whatTheHeadersSay() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    HttpRequest get =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + "/flags/f"))
            .header("traceparent", trace)
            .build();

    HttpClient.newHttpClient().send(get, BodyHandlers.discarding());
    Call overHttp = CALLS.remove();

    assertThat(overHttp.trace()).isEqualTo(trace);
    assertThat(overHttp.namespace()).isEqualTo("default");
    assertThat(overHttp.leftMillis(Long.MAX_VALUE)).as("the setting").isBetween(1L, 10_000L);
  }
}
