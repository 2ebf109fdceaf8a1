package io.purpledb.backend.memory;

import com.google.protobuf.ByteString;
import io.purpledb.backend.KvBackend;
import io.vertx.core.Future;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** KV values in a shared map; values are immutable, so they are never copied. */
record MemoryKv(Map<String, Stored> values) implements MemoryBackend, KvBackend {

  /** A value in the map, which would copy the bytes themselves by Java serialization. */
  record Stored(ByteString bytes) implements Shareable {}

  @Override
  public Future<@Nullable ByteString> get(String key) {
    Stored stored = values.get(key);
    return Future.succeededFuture(stored == null ? null : stored.bytes());
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    values.put(key, new Stored(value));
    return Future.succeededFuture();
  }

  @Override
  public Future<Boolean> delete(String key) {
    return Future.succeededFuture(values.remove(key) != null);
  }
}
