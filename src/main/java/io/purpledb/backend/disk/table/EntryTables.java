package io.purpledb.backend.disk.table;

import io.purpledb.engine.entry.Key;
import io.purpledb.message.Failure;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The tables of all services. */
public final class EntryTables {

  private final Map<String, EntryTable> tables = new HashMap<>();

  public EntryTables(List<String> services) {
    services.forEach(service -> tables.put(service, new EntryTable(service)));
  }

  public Collection<EntryTable> all() {
    return tables.values();
  }

  /** That of a service, null when there is none. */
  public @Nullable EntryTable find(String service) {
    return tables.get(service);
  }

  /** That of a service that has one. */
  public EntryTable of(String service) {
    return Objects.requireNonNull(tables.get(service), service);
  }

  public EntryTable of(Key key) {
    return of(key.service());
  }

  /** The failure of a service that there is no table for. */
  public Failure unknown(String service) {
    return Failure.invalid(
        "service: %s (expected: one of %s)".formatted(service, new TreeSet<>(tables.keySet())));
  }
}
