package io.purpledb.backend.redis.resp;

import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An array, a set or a map of Redis, or what it sends unasked.
 *
 * @param items of a map a key, its value, the next key and so on
 */
record RespItems(ResponseType type, boolean isMap, List<@Nullable Response> items)
    implements Response {

  @Override
  public int size() {
    return isMap ? items.size() / 2 : items.size();
  }

  @Override
  public @Nullable Response get(int index) {
    return items.get(index);
  }

  /** The value of a key of a map; null when there is none, or this is no map. */
  @Override
  public @Nullable Response get(String key) {
    for (int i = 0; isMap && i + 1 < items.size(); i += 2) {
      if (key.equals(String.valueOf(items.get(i)))) {
        return items.get(i + 1);
      }
    }
    return null;
  }

  @Override
  public boolean isArray() {
    return !isMap;
  }

  @Override
  public Iterator<Response> iterator() {
    return items.iterator();
  }

  @Override
  public String toString() {
    return items.toString();
  }
}
