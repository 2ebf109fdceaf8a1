package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.vertx.core.Future;

/** The counters: one that was never incremented is zero. */
public final class CounterService extends Service {

  public CounterService(Config config) {
    super("counter", config);
    on(CounterGetRequest.class, this::get);
    on(CounterIncrementRequest.class, this::increment);
  }

  private Future<CounterGetResponse> get(CounterGetRequest request, Call call) {
    Check.key("key", request.getKey());
    return backend(request, call);
  }

  private Future<CounterIncrementResponse> increment(CounterIncrementRequest request, Call call) {
    Check.key("key", request.getKey());
    return backend(request, call);
  }
}
