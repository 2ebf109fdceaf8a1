package io.purpledb.message;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say of a server that serves, but not as well as it should. One per server. Safe
 * for use by many threads.
 */
public final class Notices implements Shareable {

  private final List<Supplier<@Nullable String>> sources = new CopyOnWriteArrayList<>();

  private Notices() {}

  /** Those of a server. */
  public static Notices of(Vertx vertx) {
    LocalMap<String, Notices> shared = vertx.sharedData().getLocalMap("purple.notices");
    return shared.computeIfAbsent("all", name -> new Notices());
  }

  /**
   * Adds something that is asked from time to time.
   *
   * @param source says what is not as it should be, for a person to read; null when all is well.
   *     Must not block
   */
  public void add(Supplier<@Nullable String> source) {
    sources.add(source);
  }

  /** All that there is to say now, none when all is well. */
  public List<String> now() {
    return sources.stream().map(Supplier::get).filter(Objects::nonNull).toList();
  }
}
