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

  /** 10 years of 365 days. */
  static final long MAX_TTL_SECONDS = 315_360_000;

  private final int maxValueBytes;

  public CacheService(Config config) {
    super("cache", config);
    this.maxValueBytes = config.maxValueBytes();
    on(CacheGetRequest.class, this::get);
    on(CacheSetRequest.class, this::set);
  }

  private Future<CacheGetResponse> get(CacheGetRequest request, Call call) {
    Check.key("key", request.getKey());
    return this.<CacheGetResponse>backend(request, call)
        .map(found -> present(found, request.getKey()));
  }

  private Future<CacheSetResponse> set(CacheSetRequest request, Call call) {
    Check.key("key", request.getKey());
    Check.text("value", request.getValue(), maxValueBytes);
    Check.ttl(request.getTtlSeconds(), MAX_TTL_SECONDS);
    return backend(
        request.getTtlSeconds() == 0
            ? request.toBuilder().setTtlSeconds(DEFAULT_TTL_SECONDS).build()
            : request,
        call);
  }
}
