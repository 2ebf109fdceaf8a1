package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import io.vertx.core.Future;

/** The sets: an unknown set is empty, and removing what is not there is no error. */
public final class SetService extends Service {

  public SetService(Config config) {
    super("set", config);
    on(SetGetRequest.class, this::get);
    on(SetAddRequest.class, this::add);
    on(SetRemoveRequest.class, this::remove);
  }

  private Future<SetGetResponse> get(SetGetRequest request, Call call) {
    Check.key("key", request.getKey());
    return backend(request, call);
  }

  private Future<SetAddResponse> add(SetAddRequest request, Call call) {
    Check.key("key", request.getKey());
    Check.key("item", request.getItem());
    return backend(request, call);
  }

  private Future<SetRemoveResponse> remove(SetRemoveRequest request, Call call) {
    Check.key("key", request.getKey());
    Check.key("item", request.getItem());
    return backend(request, call);
  }
}
