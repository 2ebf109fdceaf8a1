package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Stands around every operation, once for each request, on every way into a server: HTTP, gRPC, the
 * event bus, another node. What is said of all operations alike is said in one: rights, quotas,
 * metrics, traces, repeats. The idea is that of gRPC's server interceptors.
 *
 * <p>One instance serves all event loops, each on its own thread. It must not block.
 */
@FunctionalInterface
public interface Interceptor {

  /**
   * Answers a request, most often by passing it on.
   *
   * @param operation what is asked for
   * @param next the rest of the way, to be asked once at most
   * @return the response or the failure that the caller gets; what is thrown is its failure, too
   */
  Future<? extends @Nullable Message> around(
      Operation operation, Message request, Call call, Next next);

  /** The rest of the way of a request: the other interceptors, then the operation. */
  @FunctionalInterface
  interface Next {

    /** Passes a request of the same operation on; its failure is that of the future. */
    Future<? extends @Nullable Message> proceed(Message request, Call call);
  }
}
