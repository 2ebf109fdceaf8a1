package io.purpledb;

import io.purpledb.backend.Backend;
import io.purpledb.backend.CacheBackend;
import io.purpledb.backend.CounterBackend;
import io.purpledb.backend.FlagBackend;
import io.purpledb.backend.KvBackend;
import io.purpledb.backend.SetBackend;
import io.purpledb.config.Config;
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
 * @param service makes the service's verticle
 * @param backend makes it entries of an engine
 */
record ServiceKind(
    String name, Function<Config, Service> service, Function<Engine, Backend> backend) {

  /** The services: one line each. */
  static final List<ServiceKind> ALL =
      List.of(
          new ServiceKind("cache", CacheService::new, CacheBackend::new),
          new ServiceKind("counter", CounterService::new, CounterBackend::new),
          new ServiceKind("flag", FlagService::new, FlagBackend::new),
          new ServiceKind("kv", KvService::new, KvBackend::new),
          new ServiceKind("set", SetService::new, SetBackend::new));
}
