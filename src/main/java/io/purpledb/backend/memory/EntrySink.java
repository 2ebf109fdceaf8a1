package io.purpledb.backend.memory;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;

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

  /**
   * A whole set.
   *
   * @param items in the order of {@link io.purpledb.backend.ByteOrder}, without duplicates
   */
  void set(String key, List<String> items) throws IOException;
}
