import com.google.protobuf.ByteString;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheServiceGrpc;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterServiceGrpc;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagServiceGrpc;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.KvServiceGrpc;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetServiceGrpc;
import java.util.List;
import java.util.Objects;

/** Runs all operations on the gRPC stubs, and prints what it did. */
public final class Grpc {
  /** Each run has keys of its own. */
  private static final String KEY = "java-grpc " + System.nanoTime() + "/ü+%2F \"ключ\" 😀 ..";

  public static void main(String[] args) {
    ManagedChannel channel =
        io.grpc.Grpc.newChannelBuilder(args[0], InsecureChannelCredentials.create()).build();
    cache(CacheServiceGrpc.newBlockingStub(channel));
    counter(CounterServiceGrpc.newBlockingStub(channel));
    flag(FlagServiceGrpc.newBlockingStub(channel));
    kv(KvServiceGrpc.newBlockingStub(channel));
    set(SetServiceGrpc.newBlockingStub(channel));
    channel.shutdown();
    System.out.println("java grpc: all operations work");
  }

  private static void cache(CacheServiceGrpc.CacheServiceBlockingStub stub) {
    CacheGetRequest get = CacheGetRequest.newBuilder().setKey(KEY).build();
    refused("CacheGet, absent", Status.Code.NOT_FOUND, () -> stub.cacheGet(get));
    CacheSetRequest set =
        CacheSetRequest.newBuilder().setKey(KEY).setValue("grüße ☃\n").setTtlSeconds(60).build();
    expect("CacheSet", stub.cacheSet(set).getSerializedSize(), 0);
    expect("CacheGet", stub.cacheGet(get).getValue(), "grüße ☃\n");
    refused(
        "CacheSet, ttl -1",
        Status.Code.INVALID_ARGUMENT,
        () -> stub.cacheSet(set.toBuilder().setTtlSeconds(-1).build()));
  }

  private static void counter(CounterServiceGrpc.CounterServiceBlockingStub stub) {
    expect(
        "CounterGet, absent",
        stub.counterGet(CounterGetRequest.newBuilder().setKey(KEY).build()).getValue(),
        0L);
    CounterIncrementRequest.Builder increment = CounterIncrementRequest.newBuilder().setKey(KEY);
    expect(
        "CounterIncrement", stub.counterIncrement(increment.setAmount(-5).build()).getValue(), -5L);
    long most = stub.counterIncrement(increment.setAmount(Long.MAX_VALUE).build()).getValue();
    expect("CounterIncrement", most, Long.MAX_VALUE - 5);
    refused(
        "CounterIncrement, overflow",
        Status.Code.FAILED_PRECONDITION,
        () -> stub.counterIncrement(increment.setAmount(6).build()));
  }

  private static void flag(FlagServiceGrpc.FlagServiceBlockingStub stub) {
    FlagGetRequest get = FlagGetRequest.newBuilder().setKey(KEY).build();
    expect("FlagGet, absent", stub.flagGet(get).getValue(), false);
    stub.flagSet(FlagSetRequest.newBuilder().setKey(KEY).setValue(true).build());
    expect("FlagGet", stub.flagGet(get).getValue(), true);
  }

  private static void kv(KvServiceGrpc.KvServiceBlockingStub stub) {
    KvGetRequest get = KvGetRequest.newBuilder().setKey(KEY).build();
    KvPutRequest.Builder put = KvPutRequest.newBuilder().setKey(KEY);
    refused("KvGet, absent", Status.Code.NOT_FOUND, () -> stub.kvGet(get));
    for (byte[] value : List.of(new byte[] {-1, 0, -2}, new byte[0], new byte[1 << 20])) {
      stub.kvPut(put.setValue(ByteString.copyFrom(value)).build());
      expect("KvGet", stub.kvGet(get).getValue(), ByteString.copyFrom(value));
    }
    KvPutRequest large = put.setValue(ByteString.copyFrom(new byte[(1 << 20) + 1])).build();
    refused("KvPut, too large", Status.Code.RESOURCE_EXHAUSTED, () -> stub.kvPut(large));
    KvDeleteRequest delete = KvDeleteRequest.newBuilder().setKey(KEY).build();
    expect("KvDelete", stub.kvDelete(delete).getSerializedSize(), 0);
    refused("KvDelete, absent", Status.Code.NOT_FOUND, () -> stub.kvDelete(delete));
  }

  private static void set(SetServiceGrpc.SetServiceBlockingStub stub) {
    SetGetRequest get = SetGetRequest.newBuilder().setKey(KEY).build();
    SetAddRequest.Builder add = SetAddRequest.newBuilder().setKey(KEY);
    expect("SetGet, absent", stub.setGet(get).getItemsList(), List.of());
    expect("SetAdd", stub.setAdd(add.setItem("ü/😀").build()).getItemsList(), List.of("ü/😀"));
    expect(
        "SetAdd", stub.setAdd(add.setItem("b&a").build()).getItemsList(), List.of("b&a", "ü/😀"));
    SetRemoveRequest remove = SetRemoveRequest.newBuilder().setKey(KEY).setItem("b&a").build();
    expect("SetRemove", stub.setRemove(remove).getItemsList(), List.of("ü/😀"));
    expect("SetGet", stub.setGet(get).getItemsList(), List.of("ü/😀"));
    refused(
        "SetAdd, empty", Status.Code.INVALID_ARGUMENT, () -> stub.setAdd(add.setItem("").build()));
  }

  private static void expect(String operation, Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) {
      throw new AssertionError(operation + ": " + actual + " (expected: " + expected + ")");
    }
    System.out.println(operation + ": " + actual);
  }

  private static void refused(String operation, Status.Code code, Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      expect(operation + ", " + e.getStatus().getDescription(), e.getStatus().getCode(), code);
      return;
    }
    throw new AssertionError(operation + ": no exception (expected: " + code + ")");
  }
}
