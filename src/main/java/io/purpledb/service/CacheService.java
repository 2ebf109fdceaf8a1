package io.purpledb.service;

import io.purpledb.config.Config;
import io.purpledb.message.Call;
import io.purpledb.v1.CacheGetRequest;
import io.purpledb.v1.CacheGetResponse;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CacheSetResponse;
import io.vertx.core.Future;

/** The cache: an entry that is not there, for whatever reason, is not found. */
public final class CacheService extends Service {

  /** The time to live of an entry that is set without one, in seconds. */
  static final long DEFAULT_TTL_SECONDS = 5;

  public CacheService(Config config) {
    super("cache", config);
    serve(CacheGetRequest.class, this::get);
    serve(CacheSetRequest.class, this::set);
  }

  private Future<CacheGetResponse> get(CacheGetRequest request, Call call) {
    return this.<CacheGetResponse>backend(request, call)
        .map(found -> present(found, request.getKey()));
  }

  private Future<CacheSetResponse> set(CacheSetRequest request, Call call) {
    return backend(
        request.getTtlSeconds() == 0
            ? request.toBuilder().setTtlSeconds(DEFAULT_TTL_SECONDS).build()
            : request,
        call);
  }
}
