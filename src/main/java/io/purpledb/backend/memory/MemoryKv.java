package io.purpledb.backend.memory;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.KvBackend;
import io.purpledb.message.Bytes;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.shareddata.Shareable;
import org.jspecify.annotations.Nullable;

/** KV values in a shared map: copied when they come in, and never again. */
record MemoryKv(CountedMap<Stored> values) implements MemoryBackend, KvBackend {

  /**
   * A value in the map, which may share it. It keeps the bytes alone: with millions of values, each
   * object less per value is one less for the collector to copy and to mark.
   */
  static final class Stored implements Shareable {
    private final byte[] bytes;

    Stored(ByteString bytes) {
      this.bytes = Bytes.of(bytes);
    }

    int length() {
      return bytes.length;
    }

    /** The value; shares its bytes. */
    ByteString bytes() {
      return UnsafeByteOperations.unsafeWrap(bytes);
    }
  }

  @Override
  public Future<@Nullable ByteString> get(String key) {
    Stored stored = values.get(key);
    return Future.succeededFuture(stored == null ? null : stored.bytes());
  }

  @Override
  public Future<Void> put(String key, ByteString value) {
    try {
      values.put(key, new Stored(value));
      return Future.succeededFuture();
    } catch (Failure full) {
      return Future.failedFuture(full);
    }
  }

  @Override
  public Future<Boolean> delete(String key) {
    return Future.succeededFuture(values.remove(key));
  }
}
