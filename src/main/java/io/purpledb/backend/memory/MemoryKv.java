package io.purpledb.backend.memory;

import com.google.protobuf.ByteString;
import io.purpledb.backend.KvBackend;
import io.vertx.core.Future;
import io.vertx.core.shareddata.LocalMap;
import org.jspecify.annotations.Nullable;

/** KV values in a shared map; values are immutable, so they are never copied. */
record MemoryKv(LocalMap<String, ByteString> values) implements MemoryBackend, KvBackend {

  @Override
  public Future<@Nullable ByteString> get(String key) {
    return Future.succeededFuture(values.get(key));
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    values.put(key, value);
    return Future.succeededFuture();
  }

  @Override
  public Future<Boolean> delete(String key) {
    return Future.succeededFuture(values.remove(key) != null);
  }
}
