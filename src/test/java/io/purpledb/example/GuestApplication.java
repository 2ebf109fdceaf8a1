package io.purpledb.example;

import com.google.protobuf.ByteString;
import io.purpledb.PurpleClient;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;

/**
 * A Vert.x application that uses Purple over the event bus, as docs/event-bus.md explains: it
 * visits the cluster whose members it is given, calls services with typed messages and with plain
 * JSON, prints what they answer, and leaves.
 */
public final class GuestApplication {

  private GuestApplication() {}

  public static void main(String[] members) {
    PurpleClient purple = await(PurpleClient.join(members[0]));
    try {
      await(purple.health("kv").compose(x -> greet(purple)).compose(x -> count(purple)));
    } finally {
      await(purple.close());
    }
    System.out.println("Done.");
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static Future<Void> greet(PurpleClient purple) {
    ByteString hello = ByteString.copyFromUtf8("Hello");
    return purple
        .call(KvPutRequest.newBuilder().setKey("greeting").setValue(hello).build())
        .compose(
            stored ->
                purple.<KvGetResponse>call(KvGetRequest.newBuilder().setKey("greeting").build()))
        .onSuccess(found -> System.out.println("greeting: " + found.getValue().toStringUtf8()))
        .mapEmpty();
  }

  private static Future<Void> count(PurpleClient purple) {
    return purple
        .<CounterIncrementResponse>call(
            CounterIncrementRequest.newBuilder().setKey("visits").setAmount(1).build())
        .compose(once -> countInJson(purple))
        .onSuccess(reply -> System.out.println("visits: " + reply.body().getLong("value")))
        .mapEmpty();
  }

  /** The same without Purple's classes, as any Vert.x application on the bus can. */
  private static Future<Message<JsonObject>> countInJson(PurpleClient purple) {
    return purple
        .vertx()
        .eventBus()
        .request(
            "purple.counter",
            new JsonObject().put("key", "visits").put("amount", 1),
            new DeliveryOptions().addHeader("operation", "counterIncrement"));
  }
}
