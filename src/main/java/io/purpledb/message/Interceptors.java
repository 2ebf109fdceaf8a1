package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interceptors of a server, in the order in which a request meets them. Immutable. */
public final class Interceptors implements Shareable {

  public static final Interceptors NONE = new Interceptors(List.of());

  private final List<Interceptor> all;

  private Interceptors(List<Interceptor> all) {
    this.all = all;
  }

  /** Says which interceptors the endpoints have that are deployed from now on. */
  public static void set(Vertx vertx, List<Interceptor> interceptors) {
    map(vertx).put("all", new Interceptors(List.copyOf(interceptors)));
  }

  public static Interceptors of(Vertx vertx) {
    return map(vertx).getOrDefault("all", NONE);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Answers a request by way of all of them.
   *
   * @param operation what comes last
   */
  public Future<? extends @Nullable Message> around(
      Message request, Call call, Interceptor.Next operation) {
    return from(0, Operation.of(request), request, call, operation);
  }

  private Future<? extends @Nullable Message> from(
      int index, Operation operation, Message request, Call call, Interceptor.Next last) {
    if (index == all.size()) {
      return last.proceed(request, call);
    }
    return all.get(index)
        .around(operation, request, call, (q, c) -> from(index + 1, operation, q, c, last));
  }

  private static LocalMap<String, Interceptors> map(Vertx vertx) {
    return vertx.sharedData().getLocalMap("purple.interceptors");
  }
}
