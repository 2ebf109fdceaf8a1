package io.purpledb;

import io.purpledb.engine.Engine;
import io.purpledb.server.http.binding.Bindings;
import io.purpledb.server.http.binding.CacheHttp;
import io.purpledb.server.http.binding.CounterHttp;
import io.purpledb.server.http.binding.FlagHttp;
import io.purpledb.server.http.binding.KvHttp;
import io.purpledb.server.http.binding.SetHttp;
import io.purpledb.service.CacheService;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import io.purpledb.service.KvService;
import io.purpledb.service.Service;
import io.purpledb.service.SetService;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A service that is served.
 *
 * @param name the short name, as in settings and addresses: {@code kv}
 * @param service what it means on an engine
 * @param http binds its operations, as they are served over HTTP
 */
public record ServiceKind(String name, Function<Engine, Service> service, Consumer<Bindings> http) {

  /** The services: one line each. */
  public static final List<ServiceKind> ALL =
      List.of(
          new ServiceKind("cache", CacheService::new, CacheHttp::bind),
          new ServiceKind("counter", CounterService::new, CounterHttp::bind),
          new ServiceKind("flag", FlagService::new, FlagHttp::bind),
          new ServiceKind("kv", KvService::new, KvHttp::bind),
          new ServiceKind("set", SetService::new, SetHttp::bind));

  /** Binds the operations of all services. */
  public static void bindAll(Bindings bindings) {
    ALL.forEach(kind -> kind.http().accept(bindings));
  }
}
