package io.purpledb.support.client;

import com.google.protobuf.Message;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes one client of several: each call goes to the next one. */
public record Spread(List<ServiceClient> clients, AtomicInteger calls) implements ServiceClient {

  public static ServiceClient over(List<ServiceClient> clients) {
    return new Spread(clients, new AtomicInteger());
  }

  @Override
  public <R extends Message> CompletableFuture<R> call(Message request) {
    return clients.get(Math.floorMod(calls.getAndIncrement(), clients.size())).call(request);
  }
}
