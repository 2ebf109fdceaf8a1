package io.purpledb;

import io.purpledb.backend.Backend;
import io.purpledb.backend.Backends;
import io.purpledb.config.Config;
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
 * @param backend makes the service's backend in an engine
 */
record ServiceKind(
    String name, Function<Config, Service> service, Function<Backends, Backend> backend) {

  /** The services: one line each. */
  static final List<ServiceKind> ALL =
      List.of(
          new ServiceKind("cache", CacheService::new, Backends::cache),
          new ServiceKind("counter", CounterService::new, Backends::counter),
          new ServiceKind("flag", FlagService::new, Backends::flag),
          new ServiceKind("kv", KvService::new, Backends::kv),
          new ServiceKind("set", SetService::new, Backends::set));
}
