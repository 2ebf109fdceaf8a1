package io.purpledb.service;

import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.purpledb.config.Config;
import io.purpledb.message.Bus;
import io.purpledb.message.Call;
import io.purpledb.message.Caller;
import io.purpledb.message.Endpoint;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A service: checks requests, says what absence means, and leaves the rest to its backend. */
public abstract class Service extends Endpoint {

  private final String backendAddress;
  private final long timeoutMillis;
  private final int maxValueBytes;
  private @Nullable Caller backend;

  /**
   * @param name the short name, as in settings: {@code kv}
   */
  Service(String name, Config config) {
    super(Bus.service(name), Integer.MAX_VALUE); // its backend bounds what is in flight
    this.backendAddress = Bus.backend(config.backend(name), name);
    this.timeoutMillis = config.requestTimeoutMillis();
    this.maxValueBytes = config.maxValueBytes();
  }

  /** Serves an operation, whose requests are within the bounds that the contract declares. */
  final <Q extends Message, R extends Message> void serve(
      Class<Q> type, BiFunction<Q, Call, Future<@Nullable R>> handler) {
    FieldChecks checks = FieldChecks.of(Internal.getDefaultInstance(type), maxValueBytes);
    on(
        type,
        (Q request, Call call) -> {
          checks.check(request);
          return handler.apply(request, call);
        });
  }

  /** Serves an operation that means the same to the backend. */
  final <Q extends Message> void passOn(Class<Q> type) {
    serve(type, (Q request, Call call) -> this.<Message>backend(request, call));
  }

  @Override
  public Future<?> start() throws Exception {
    backend = Caller.onThisLoop(vertx, backendAddress, timeoutMillis);
    return super.start();
  }

  /** Sends a request on to the backend; a null response means absence. */
  final <R extends Message> Future<@Nullable R> backend(Message request, Call call) {
    return started().request(request, call);
  }

  /** The response of a key that must have a value; fails as not found when there is none. */
  static <R extends Message> R present(@Nullable R response, String key) {
    if (response == null) {
      throw Failure.notFound(key);
    }
    return response;
  }

  /** The servers of all protocols send their requests here. */
  @Override
  protected final boolean isEntrance() {
    return true;
  }

  @Override
  protected final Future<Void> health() {
    return started().health();
  }

  private Caller started() {
    Caller caller = backend;
    if (caller == null) {
      throw new IllegalStateException("not started");
    }
    return caller;
  }
}
