package io.purpledb.backend.redis;

import io.purpledb.backend.Backends;
import io.purpledb.backend.redis.connection.RedisCheck;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.contract.ServiceContract;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Engine;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Layout 1: a database for each service, with a connection per event loop and service. Each engine
 * opens its connection when it is made and closes it itself, so nothing is held here.
 */
final class NativeBackends implements Backends {

  /** The services; a service's place is its database number. */
  static final List<String> DATABASES = ServiceContract.byRedisDatabase();

  /** Where layout 2 is. */
  private static final int ENTRIES_DATABASE = 0;

  private final RedisServer server;
  private final boolean isAlone;

  /** In a server that holds nothing else of us. */
  NativeBackends(RedisServer server) {
    this(server, true);
  }

  private NativeBackends(RedisServer server, boolean isAlone) {
    this.server = server;
    this.isAlone = isAlone;
  }

  /** In one that holds layout 2, too, whose keys are none of the cache. */
  static NativeBackends besideEntries(RedisServer server) {
    return new NativeBackends(server, false);
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public void open(String service) {
    new RedisCheck(server, database(service)).run();
  }

  @Override
  public Engine engine(String service) {
    RedisLink link = new RedisLink(server, database(service));
    NativeForm form = form(service);
    boolean isBeside = !isAlone && database(service) == ENTRIES_DATABASE;
    return form == null ? new NativeSets(link) : new NativeEngine(link, form, isBeside);
  }

  /** What the strings of a service are; null for that which has Redis sets. */
  private static @Nullable NativeForm form(String service) {
    return switch (ServiceContract.named(service).stored().getForm()) {
      case VALUE_FORM_BYTES -> NativeForm.BYTES;
      case VALUE_FORM_TEXT -> NativeForm.TEXTS;
      case VALUE_FORM_NUMBER -> NativeForm.NUMBERS;
      case VALUE_FORM_FLAG -> NativeForm.FLAGS;
      case VALUE_FORM_ITEMS -> null;
      case VALUE_FORM_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException(service + " (expected: a form in its contract)");
    };
  }

  @Override
  public Set<Capability> capabilities(String service) {
    NativeForm form = form(service);
    return form == null ? NativeSets.CAPABILITIES : form.capabilities();
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public void close() {}

  private static int database(String service) {
    int database = DATABASES.indexOf(service);
    if (database < 0) {
      throw new IllegalArgumentException(service + " (expected: one of " + DATABASES + ")");
    }
    return database;
  }
}
