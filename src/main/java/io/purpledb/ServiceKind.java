package io.purpledb;

import io.purpledb.engine.Engine;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import java.util.List;
import java.util.function.Function;

/**
 * A service that is served.
 *
 * @param name the short name, as in settings and addresses: {@code kv}
 * @param service what it means on an engine
 */
record ServiceKind(String name, Function<Engine, Service> service) {

  /** The services: one line each. */
  static final List<ServiceKind> ALL =
      List.of(
          new ServiceKind("cache", CacheService::new),
          new ServiceKind("counter", CounterService::new),
          new ServiceKind("flag", FlagService::new),
          new ServiceKind("kv", KvService::new),
          new ServiceKind("set", SetService::new));
}
