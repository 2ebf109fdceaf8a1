package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.FlagGetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.FlagSetResponse;
import io.vertx.core.Future;

/** The flags: one that was never set is false. */
public final class FlagService extends Service {

  public FlagService(Config config) {
    super("flag", config);
    on(FlagGetRequest.class, this::get);
    on(FlagSetRequest.class, this::set);
  }

  private Future<FlagGetResponse> get(FlagGetRequest request, Call call) {
    Check.key("key", request.getKey());
    return backend(request, call);
  }

  private Future<FlagSetResponse> set(FlagSetRequest request, Call call) {
    Check.key("key", request.getKey());
    return backend(request, call);
  }
}
