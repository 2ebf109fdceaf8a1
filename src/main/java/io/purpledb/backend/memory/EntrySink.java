package io.purpledb.backend.memory;

import io.purpledb.engine.memory.StateImage;
import java.io.IOException;

/** Takes the data of all services, entry by entry. */
public interface EntrySink extends StateImage.Sink {

  /**
   * A cache entry, alive or expired.
   *
   * @param deadlineMillis when it expires, in milliseconds since 1970
   */
  void cache(String key, String value, long deadlineMillis) throws IOException;
}
