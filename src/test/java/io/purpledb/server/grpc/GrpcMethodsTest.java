package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Caller;
import io.purpledb.server.grpc.method.MethodsV0;
import io.purpledb.server.grpc.method.UnaryMethod;
import io.purpledb.support.QuietLog;
import io.purpledb.v0.CacheItem;
import io.purpledb.v0.Empty;
import io.purpledb.v0.FlagResponse;
import io.purpledb.v0.GetCounterRequest;
import io.purpledb.v0.GetCounterResponse;
import io.purpledb.v0.GetResponse;
import io.purpledb.v0.GetSetRequest;
import io.purpledb.v0.IncrementCounterRequest;
import io.purpledb.v0.Location;
import io.purpledb.v0.ModifySetRequest;
import io.purpledb.v0.PurpleProto;
import io.purpledb.v0.PutRequest;
import io.purpledb.v0.SetResponse;
import io.purpledb.v0.Value;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every method of both packages, from a stock client to real services. */
class GrpcMethodsTest {

  @RegisterExtension final QuietLog log = new QuietLog();

  private static TestGrpcServer server;
  private static StockClient client;

  private final String key = "key/" + UUID.randomUUID();
  private final ByteString bytes = ByteString.copyFrom(new byte[] {0, -1, 10});

  @BeforeAll
  static void start() {
    server = TestGrpcServer.ofPurple();
    client = new StockClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void keepsValues() {
    v1(KvPutRequest.newBuilder().setKey(key).setValue(bytes).build());
    KvGetResponse got = (KvGetResponse) v1(KvGetRequest.newBuilder().setKey(key).build());
    assertThat(got.getValue()).isEqualTo(bytes);
    v1(KvDeleteRequest.newBuilder().setKey(key).build());

    notFound(() -> v1(KvGetRequest.newBuilder().setKey(key).build()));
    notFound(() -> v1(KvDeleteRequest.newBuilder().setKey(key).build()));
  }

  @Test
  void keepsValuesForOldClients() {
    Location location = Location.newBuilder().setKey(key).build();
    Value value = Value.newBuilder().setContent(bytes).build();
    v0("KV/KVPut", PutRequest.newBuilder().setLocation(location).setValue(value).build());
    assertThat(v0("KV/KVGet", location, GetResponse.getDefaultInstance()).getValue())
        .isEqualTo(value);
    v0("KV/KVDelete", location);

    notFound(() -> v0("KV/KVGet", location, GetResponse.getDefaultInstance()));
    notFound(() -> v0("KV/KVDelete", location));
    invalid(
        "key: \"\" is 0 bytes of UTF-8 (expected: 1 to 1024)",
        () -> v0("KV/KVPut", PutRequest.newBuilder().setValue(value).build()));
  }

  @Test
  void keepsAnEmptyValueForOldClientsToo() {
    Location location = Location.newBuilder().setKey(key).build();
    v0("KV/KVPut", PutRequest.newBuilder().setLocation(location).build());

    GetResponse got = v0("KV/KVGet", location, GetResponse.getDefaultInstance());
    assertThat(got.hasValue()).isTrue();
    assertThat(got.getValue().getContent()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void caches() {
    notFound(() -> v1(CacheGetRequest.newBuilder().setKey(key).build()));
    v1(CacheSetRequest.newBuilder().setKey(key).setValue("välue").setTtlSeconds(60).build());
    CacheGetResponse got = (CacheGetResponse) v1(CacheGetRequest.newBuilder().setKey(key).build());
    assertThat(got.getValue()).isEqualTo("välue");
  }

  @Test
  void cachesForOldClients() {
    var get = io.purpledb.v0.CacheGetRequest.newBuilder().setKey(key).build();
    var got = io.purpledb.v0.CacheGetResponse.getDefaultInstance();
    notFound(() -> v0("Cache/CacheGet", get, got));
    var set = io.purpledb.v0.CacheSetRequest.newBuilder().setKey(key);
    v0("Cache/CacheSet", set.setItem(CacheItem.newBuilder().setValue("v").setTtl(60)).build());
    assertThat(v0("Cache/CacheGet", get, got).getValue()).isEqualTo("v");

    invalid(
        "ttl_seconds: -1 (expected: 0 to 315360000 seconds; 0 means the default)",
        () ->
            v0(
                "Cache/CacheSet",
                set.setItem(CacheItem.newBuilder().setValue("v").setTtl(-1)).build()));
    invalid(
        "value: empty (expected: 1 to 1048576 bytes of UTF-8)",
        () -> v0("Cache/CacheSet", set.clearItem().build()));
  }

  @Test
  void counts() {
    var more = CounterIncrementRequest.newBuilder().setKey(key).setAmount(-7).build();
    assertThat(((CounterIncrementResponse) v1(more)).getValue()).isEqualTo(-7);
    var get = CounterGetRequest.newBuilder().setKey(key).build();
    assertThat(((CounterGetResponse) v1(get)).getValue()).isEqualTo(-7);

    assertThatThrownBy(() -> v1(more.toBuilder().setAmount(Long.MIN_VALUE).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @Test
  void countsForOldClients() {
    var got = GetCounterResponse.getDefaultInstance();
    var more = IncrementCounterRequest.newBuilder().setKey(key).setAmount(Long.MAX_VALUE).build();
    assertThat(v0("Counter/CounterIncrement", more, got).getValue()).isEqualTo(Long.MAX_VALUE);
    var get = GetCounterRequest.newBuilder().setKey(key).build();
    assertThat(v0("Counter/CounterGet", get, got).getValue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void keepsFlags() {
    var get = FlagGetRequest.newBuilder().setKey(key).build();
    assertThat(((FlagGetResponse) v1(get)).getValue()).isFalse();
    v1(FlagSetRequest.newBuilder().setKey(key).setValue(true).build());
    assertThat(((FlagGetResponse) v1(get)).getValue()).isTrue();
  }

  @Test
  void keepsFlagsForOldClients() {
    var get = io.purpledb.v0.FlagGetRequest.newBuilder().setKey(key).build();
    var got = FlagResponse.getDefaultInstance();
    assertThat(v0("Flag/FlagGet", get, got).getValue()).isFalse();
    v0(
        "Flag/FlagSet",
        io.purpledb.v0.FlagSetRequest.newBuilder().setKey(key).setValue(true).build());
    assertThat(v0("Flag/FlagGet", get, got).getValue()).isTrue();
  }

  @Test
  void keepsSets() {
    var add = SetAddRequest.newBuilder().setKey(key);
    v1(add.setItem("b").build());
    var added = (SetAddResponse) v1(add.setItem("a").build());
    assertThat(added.getItemsList()).containsExactly("a", "b");
    var removed =
        (SetRemoveResponse) v1(SetRemoveRequest.newBuilder().setKey(key).setItem("b").build());
    assertThat(removed.getItemsList()).containsExactly("a");
    var got = (SetGetResponse) v1(SetGetRequest.newBuilder().setKey(key).build());
    assertThat(got.getItemsList()).containsExactly("a");
  }

  @Test
  void keepsSetsForOldClients() {
    var none = SetResponse.getDefaultInstance();
    var item = ModifySetRequest.newBuilder().setSet(key);
    v0("Set/SetAdd", item.setItem("b").build(), none);
    assertThat(v0("Set/SetAdd", item.setItem("a").build(), none).getItemsList())
        .containsExactly("a", "b");
    assertThat(v0("Set/SetRemove", item.setItem("b").build(), none).getItemsList())
        .containsExactly("a");
    assertThat(
            v0("Set/SetGet", GetSetRequest.newBuilder().setSet(key).build(), none).getItemsList())
        .containsExactly("a");
  }

  @Test
  void servesEveryMethodOfThePackageOfOldClients() {
    Caller nobody = Caller.anywhere(server.vertx(), "nobody", 1);
    assertThat(MethodsV0.of(x -> nobody).stream().map(UnaryMethod::contract))
        .containsExactlyInAnyOrderElementsOf(
            PurpleProto.getDescriptor().getServices().stream()
                .flatMap(service -> service.getMethods().stream())
                .toList());
  }

  @Test
  void sendsTextsOfAnyCharacters() {
    String awkward = "100% +\"ü\n🔑" + "k".repeat(1000);
    assertThatThrownBy(() -> v1(KvGetRequest.newBuilder().setKey(awkward).build()))
        .hasMessage("NOT_FOUND: no value found for " + awkward);
  }

  private void notFound(ThrowingCallable call) {
    assertThatThrownBy(call).hasMessage("NOT_FOUND: no value found for " + key);
  }

  private static void invalid(String text, ThrowingCallable call) {
    assertThatThrownBy(call).hasMessage("INVALID_ARGUMENT: " + text);
  }

  private static Message v1(Message request) {
    Operation operation = Operation.of(request);
    return client.call(operation.method(), request, operation.response());
  }

  private static void v0(String method, Message request) {
    v0(method, request, Empty.getDefaultInstance());
  }

  private static <R extends Message> R v0(String method, Message request, R response) {
    String[] names = method.split("/", -1);
    MethodDescriptor contract =
        PurpleProto.getDescriptor().findServiceByName(names[0]).findMethodByName(names[1]);
    return client.call(contract, request, response);
  }
}
