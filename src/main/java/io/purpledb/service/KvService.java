package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvDeleteResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.KvPutResponse;
import io.vertx.core.Future;

/** The KV store: a key without a value is not found. */
public final class KvService extends Service {

  private final int maxValueBytes;

  public KvService(Config config) {
    super("kv", config);
    this.maxValueBytes = config.maxValueBytes();
    on(KvGetRequest.class, this::get);
    on(KvPutRequest.class, this::put);
    on(KvDeleteRequest.class, this::delete);
  }

  private Future<KvGetResponse> get(KvGetRequest request, Call call) {
    Check.key("key", request.getKey());
    return this.<KvGetResponse>backend(request, call)
        .map(found -> present(found, request.getKey()));
  }

  private Future<KvPutResponse> put(KvPutRequest request, Call call) {
    Check.key("key", request.getKey());
    Check.size("value", request.getValue().size(), 0, maxValueBytes);
    return backend(request, call);
  }

  private Future<KvDeleteResponse> delete(KvDeleteRequest request, Call call) {
    Check.key("key", request.getKey());
    return this.<KvDeleteResponse>backend(request, call)
        .map(found -> present(found, request.getKey()));
  }
}
