package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvDeleteResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;

/** The KV store: a key without a value is not found. */
public final class KvService extends Service {

  public KvService(Config config) {
    super("kv", config);
    serve(KvGetRequest.class, this::get);
    passOn(KvPutRequest.class);
    serve(KvDeleteRequest.class, this::delete);
  }

  private Future<KvGetResponse> get(KvGetRequest request, Call call) {
    return this.<KvGetResponse>backend(request, call)
        .map(found -> present(found, request.getKey()));
  }

  private Future<KvDeleteResponse> delete(KvDeleteRequest request, Call call) {
    return this.<KvDeleteResponse>backend(request, call)
        .map(found -> present(found, request.getKey()));
  }
}
