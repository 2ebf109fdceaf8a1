package io.purpledb.backend.memory;

import com.google.protobuf.ByteString;
import io.purpledb.backend.SortedItems;
import java.io.IOException;

/** Takes the data of all services, entry by entry. */
public interface EntrySink {

  /**
   * A cache entry, alive or expired.
   *
   * @param deadlineMillis when it expires, in milliseconds since 1970
   */
  void cache(String key, String value, long deadlineMillis) throws IOException;

  void counter(String key, long value) throws IOException;

  void flag(String key, boolean value) throws IOException;

  void kv(String key, ByteString value) throws IOException;

  void set(String key, SortedItems items) throws IOException;
}
