package io.purpledb.server.grpc.method;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.Caller;
import io.purpledb.v0.CacheGetRequest;
import io.purpledb.v0.CacheGetResponse;
import io.purpledb.v0.CacheSetRequest;
import io.purpledb.v0.Empty;
import io.purpledb.v0.FlagGetRequest;
import io.purpledb.v0.FlagResponse;
import io.purpledb.v0.FlagSetRequest;
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
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.FlagGetResponse;
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
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Package proto, as clients of v0.1.6 speak it: each method is one of purple.v1 in other messages.
 * What is absent in a request becomes an empty field, and the service says what that means.
 */
public final class MethodsV0 {

  private final Function<String, Caller> services;

  private MethodsV0(Function<String, Caller> services) {
    this.services = services;
  }

  /**
   * All methods of the package.
   *
   * @param services from the short name of a service to its caller
   */
  public static List<UnaryMethod> of(Function<String, Caller> services) {
    return new MethodsV0(services).all();
  }

  /** The short name of the service that serves one of this package: {@code kv} serves KV. */
  public static String servedBy(ServiceDescriptor service) {
    return service.getName().toLowerCase(Locale.ROOT);
  }

  private List<UnaryMethod> all() {
    return List.of(
        method(
            "Cache",
            "CacheGet",
            CacheGetRequest.getDefaultInstance(),
            q -> io.purpledb.v1.CacheGetRequest.newBuilder().setKey(q.getKey()).build(),
            (io.purpledb.v1.CacheGetResponse r) ->
                CacheGetResponse.newBuilder().setValue(r.getValue()).build()),
        method(
            "Cache",
            "CacheSet",
            CacheSetRequest.getDefaultInstance(),
            q ->
                io.purpledb.v1.CacheSetRequest.newBuilder()
                    .setKey(q.getKey())
                    .setValue(q.getItem().getValue())
                    .setTtlSeconds(q.getItem().getTtl())
                    .build(),
            r -> Empty.getDefaultInstance()),
        method(
            "Counter",
            "CounterGet",
            GetCounterRequest.getDefaultInstance(),
            q -> CounterGetRequest.newBuilder().setKey(q.getKey()).build(),
            (CounterGetResponse r) -> counter(r.getValue())),
        method(
            "Counter",
            "CounterIncrement",
            IncrementCounterRequest.getDefaultInstance(),
            q ->
                CounterIncrementRequest.newBuilder()
                    .setKey(q.getKey())
                    .setAmount(q.getAmount())
                    .build(),
            (CounterIncrementResponse r) -> counter(r.getValue())),
        method(
            "Flag",
            "FlagGet",
            FlagGetRequest.getDefaultInstance(),
            q -> io.purpledb.v1.FlagGetRequest.newBuilder().setKey(q.getKey()).build(),
            (FlagGetResponse r) -> FlagResponse.newBuilder().setValue(r.getValue()).build()),
        method(
            "Flag",
            "FlagSet",
            FlagSetRequest.getDefaultInstance(),
            q ->
                io.purpledb.v1.FlagSetRequest.newBuilder()
                    .setKey(q.getKey())
                    .setValue(q.getValue())
                    .build(),
            r -> Empty.getDefaultInstance()),
        method(
            "KV",
            "KVGet",
            Location.getDefaultInstance(),
            q -> KvGetRequest.newBuilder().setKey(q.getKey()).build(),
            (KvGetResponse r) ->
                GetResponse.newBuilder()
                    .setValue(Value.newBuilder().setContent(r.getValue()))
                    .build()),
        method(
            "KV",
            "KVPut",
            PutRequest.getDefaultInstance(),
            q ->
                KvPutRequest.newBuilder()
                    .setKey(q.getLocation().getKey())
                    .setValue(q.getValue().getContent())
                    .build(),
            r -> Empty.getDefaultInstance()),
        method(
            "KV",
            "KVDelete",
            Location.getDefaultInstance(),
            q -> KvDeleteRequest.newBuilder().setKey(q.getKey()).build(),
            r -> Empty.getDefaultInstance()),
        method(
            "Set",
            "SetGet",
            GetSetRequest.getDefaultInstance(),
            q -> SetGetRequest.newBuilder().setKey(q.getSet()).build(),
            (SetGetResponse r) -> set(r.getItemsList())),
        method(
            "Set",
            "SetAdd",
            ModifySetRequest.getDefaultInstance(),
            q -> SetAddRequest.newBuilder().setKey(q.getSet()).setItem(q.getItem()).build(),
            (SetAddResponse r) -> set(r.getItemsList())),
        method(
            "Set",
            "SetRemove",
            ModifySetRequest.getDefaultInstance(),
            q -> SetRemoveRequest.newBuilder().setKey(q.getSet()).setItem(q.getItem()).build(),
            (SetRemoveResponse r) -> set(r.getItemsList())));
  }

  private static GetCounterResponse counter(long value) {
    return GetCounterResponse.newBuilder().setValue(value).build();
  }

  private static SetResponse set(List<String> items) {
    return SetResponse.newBuilder().addAllItems(items).build();
  }

  private <Q extends Message, R extends Message> UnaryMethod method(
      String service,
      String method,
      Q request,
      Function<Q, Message> toV1,
      Function<R, Message> fromV1) {
    ServiceDescriptor contract = PurpleProto.getDescriptor().findServiceByName(service);
    Caller caller = services.apply(servedBy(contract));
    return UnaryMethod.of(
        contract.findMethodByName(method),
        !Operation.of(toV1.apply(request)).isRead(),
        request,
        (message, call) -> caller.<R>request(toV1.apply(message), call).map(fromV1));
  }
}
