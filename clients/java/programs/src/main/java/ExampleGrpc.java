import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterServiceGrpc;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvServiceGrpc;

public final class ExampleGrpc {
  public static void main(String[] args) {
    String address = args[0]; // localhost:8081
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();

    var counters = CounterServiceGrpc.newBlockingStub(channel);
    var request = CounterIncrementRequest.newBuilder().setKey("visits").setAmount(2).build();
    System.out.println(counters.counterIncrement(request).getValue());

    var values = KvServiceGrpc.newBlockingStub(channel);
    try {
      values.kvGet(KvGetRequest.newBuilder().setKey("nothing").build());
    } catch (StatusRuntimeException e) {
      System.out.println(
          e.getStatus().getCode()
              + " "
              + e.getStatus().getDescription()); // NOT_FOUND no value found for nothing
    }
    channel.shutdown();
  }
}
