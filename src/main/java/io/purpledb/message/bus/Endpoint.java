package io.purpledb.message.bus;

import com.google.protobuf.Message;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Handlers;
import io.purpledb.message.InFlightBytes;
import io.purpledb.message.Interceptor;
import io.purpledb.message.Interceptors;
import io.purpledb.message.JsonMessages;
import io.purpledb.message.Operation;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A verticle that answers requests at an address: a table from request type to handler. It is
 * deployed once per event loop and listens twice, at the public address and at the address of its
 * loop. Every request gets an answer, also when a handler throws, be it an {@link Error}.
 */
public abstract class Endpoint extends VerticleBase implements Handlers {

  /** How many streams one instance has open at once; more are refused as busy. */
  static final int MAX_STREAMS = 10_000;

  private final String address;
  private final int maxInFlight;
  private final EndpointScope reach;
  private final Map<Class<?>, BiFunction<Message, Call, Future<?>>> handlers = new HashMap<>();
  private final Map<Class<?>, BiFunction<Message, Call, ReadStream<? extends Message>>> streams =
      new HashMap<>();
  private final Map<String, Operation> operations = new HashMap<>();
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private final Set<OpenStream> openStreams = new HashSet<>();
  private Interceptors interceptors = Interceptors.NONE;
  private int inFlight;

  /** Where requests may come from. */
  public enum EndpointScope {
    /** From the same event loop only. */
    LOOP,
    /** From this process, at the public address, too. */
    PROCESS,
    /** From the whole cluster. Each costs an entry in its table, written when it starts. */
    CLUSTER
  }

  /**
   * @param address the public address, see {@link Bus}
   * @param maxInFlight how many requests this instance works on at once; more are refused as busy
   */
  public Endpoint(String address, int maxInFlight) {
    this(address, maxInFlight, EndpointScope.CLUSTER);
  }

  /**
   * @param reach where requests may come from
   */
  public Endpoint(String address, int maxInFlight, EndpointScope reach) {
    this.address = address;
    this.maxInFlight = maxInFlight;
    this.reach = reach;
  }

  @Override
  public final <Q extends Message, R extends Message> void on(
      Class<Q> type, BiFunction<Q, Call, Future<@Nullable R>> handler) {
    handlers.put(type, (request, call) -> handler.apply(type.cast(request), call));
    Operation.of(type).ifPresent(operation -> operations.put(operation.id(), operation));
  }

  /**
   * Says how one type of request is answered by many messages. The stream is paused at once, and
   * its handler becomes null when nobody reads it any more, which must end it.
   */
  public final <Q extends Message, R extends Message> void onStream(
      Class<Q> type, BiFunction<Q, Call, ReadStream<R>> handler) {
    streams.put(type, (request, call) -> handler.apply(type.cast(request), call));
    Operation.of(type).ifPresent(operation -> operations.put(operation.id(), operation));
  }

  /**
   * Whether what comes from this loop has just come into the server, and not from another endpoint:
   * then it meets the interceptors here.
   */
  protected boolean isEntrance() {
    return false;
  }

  /**
   * How long a reader on the event bus may take before it asks for the next message of a stream, in
   * milliseconds; then the stream is ended.
   */
  protected long patienceMillis() {
    return BusStream.PATIENCE_MILLIS;
  }

  /** Whether this instance can serve; fails with the reason when not. */
  protected abstract Future<Void> health();

  /** The failure of every request now; null when they are to be served. */
  protected @Nullable Failure refusal() {
    return null;
  }

  @Override
  public Future<?> start() throws Exception {
    interceptors = Interceptors.of(vertx);
    consumers.add(
        vertx
            .eventBus()
            .<LocalCall>localConsumer(Bus.onThisLoop(address), message -> receive(message.body())));
    if (reach == EndpointScope.LOOP) {
      return Future.succeededFuture();
    }
    EventBus bus = vertx.eventBus();
    MessageConsumer<Object> shared =
        reach == EndpointScope.CLUSTER
            ? bus.consumer(address, this::receive)
            : bus.localConsumer(address, this::receive);
    consumers.add(shared);
    return shared.completion();
  }

  @Override
  public Future<?> stop() throws Exception {
    Failure stopping = Failure.unavailable(address + " is stopping");
    List.copyOf(openStreams).forEach(stream -> stream.fail(stopping));
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
  }

  /** Receives what a neighbour on this loop sends. */
  private void receive(LocalCall local) {
    Message request = local.request();
    if (request == null) {
      answer(this::health, local);
    } else if (streams.containsKey(request.getClass())) {
      stream(request, local.call(), isEntrance(), local);
    } else if (isEntrance()) {
      intercepted(request, local.call(), local);
    } else {
      bounded(() -> handle(request, local.call()), local);
    }
  }

  /** Receives what anyone on the event bus sends. */
  private void receive(io.vertx.core.eventbus.Message<Object> message) {
    BusAnswer answer = BusAnswer.to(vertx, message);
    Failure refusal = answer.refusal();
    if (refusal != null) {
      answer.fail(refusal);
      return;
    }
    Object body;
    try {
      body = message.body(); // read now, when it came from another node
    } catch (RuntimeException e) {
      answer.fail(Failure.invalid("a body that cannot be read: " + e.getMessage()));
      return;
    }
    String id = message.headers().get(Bus.OPERATION);
    if (Bus.HEALTH.equals(id)) {
      answer(() -> health().map(ok -> new JsonObject()), answer);
      return;
    }
    InFlightBytes.Held held = InFlightBytes.of(vertx, Long.MAX_VALUE).hold();
    long bytes = BusAnswer.bytes(body);
    if (!held.grow(bytes)) {
      answer.fail(held.overloaded(bytes));
      return;
    }
    Completable<@Nullable Object> ended =
        (response, cause) -> {
          held.release();
          answer.complete(response, cause);
        };
    try {
      Call call = Call.of(message.headers());
      if (call.isOver()) {
        throw Failure.timedOut("the deadline was over before the request was here");
      }
      Message request = body instanceof Message typed ? typed : fromPlain(operation(id), body);
      boolean isPlain = request != body;
      if (streams.containsKey(request.getClass())) {
        stream(request, call, true, toBus(answer, held, isPlain));
      } else {
        intercepted(request, call, isPlain ? toPlain(ended) : ended);
      }
    } catch (Throwable t) {
      ended.fail(t);
    }
  }

  /** Answers a request that has just come into this server. */
  private void intercepted(Message request, Call call, Completable<@Nullable Object> answer) {
    if (interceptors.isEmpty() || Operation.of(request.getClass()).isEmpty()) {
      bounded(() -> handle(request, call), answer);
    } else {
      answer(() -> interceptors.around(request, call, this::boundedFuture), answer);
    }
  }

  private Future<? extends @Nullable Message> boundedFuture(Message request, Call call) {
    Promise<@Nullable Message> response = Promise.promise();
    bounded(
        () -> handle(request, call), (answer, cause) -> response.complete((Message) answer, cause));
    return response.future();
  }

  /** Answers within the bound of what is in flight. */
  private void bounded(Supplier<Future<?>> handling, Completable<@Nullable Object> answer) {
    if (inFlight >= maxInFlight) {
      answer.fail(
          Failure.busy(
              "%s: %d requests in flight (expected: at most %d)"
                  .formatted(address, inFlight, maxInFlight)));
      return;
    }
    InFlight one = new InFlight(answer); // nothing can fail between the count and its end
    inFlight++;
    answer(handling, one);
  }

  /** Asks for an answer and passes it on; what is thrown on the way is the answer, too. */
  private static void answer(Supplier<Future<?>> handling, Completable<@Nullable Object> answer) {
    try {
      handling.get().onComplete(answer); // one listener: two cost a list of them
    } catch (Throwable t) {
      answer.fail(t);
    }
  }

  /** One request that counts until it is answered, once. */
  private final class InFlight implements Completable<@Nullable Object> {

    private final Completable<@Nullable Object> answer;
    private boolean ended;

    InFlight(Completable<@Nullable Object> answer) {
      this.answer = answer;
    }

    @Override
    public void complete(@Nullable Object response, @Nullable Throwable cause) {
      if (!ended) {
        ended = true;
        inFlight--;
        answer.complete(response, cause);
      }
    }
  }

  /**
   * Answers a request with a stream.
   *
   * @param isIntercepted whether it has just come into this server
   */
  private void stream(
      Message request, Call call, boolean isIntercepted, Completable<@Nullable Object> answer) {
    if (openStreams.size() >= MAX_STREAMS) {
      answer.fail(
          Failure.busy(
              "%s: %d open streams (expected: at most %d on each event loop)"
                  .formatted(address, openStreams.size(), MAX_STREAMS)));
      return;
    }
    OpenStream stream = new OpenStream(vertx, answer);
    Interceptor.Next source = (q, c) -> stream.begin(() -> source(q, c), c);
    openStreams.add(stream);
    Future<? extends @Nullable Message> end;
    try {
      end =
          isIntercepted && Operation.of(request.getClass()).isPresent()
              ? interceptors.around(request, call, source)
              : source.proceed(request, call);
      Objects.requireNonNull(end, "an interceptor answered null");
    } catch (Throwable t) {
      end = Future.failedFuture(t);
    }
    end.onComplete(
        (response, cause) -> {
          openStreams.remove(stream);
          stream.end(cause);
        });
  }

  private ReadStream<? extends Message> source(Message request, Call call) {
    Failure refusal = refusal();
    if (refusal != null) {
      throw refusal;
    }
    BiFunction<Message, Call, ReadStream<? extends Message>> handler =
        streams.get(request.getClass());
    if (handler == null) {
      throw notOfHere(request);
    }
    return handler.apply(request, call);
  }

  /** Sends a stream, or why there is none, to who asked over the event bus. */
  private Completable<@Nullable Object> toBus(
      BusAnswer answer, InFlightBytes.Held held, boolean isPlain) {
    return (response, cause) -> {
      held.release();
      if (response instanceof OpenStream stream) {
        Function<Message, Object> form = isPlain ? JsonMessages::toJson : message -> message;
        new BusStream(vertx, stream, answer, form, patienceMillis()).start();
      } else {
        answer.complete(response, cause);
      }
    };
  }

  private Operation operation(@Nullable String id) {
    Operation operation = id == null ? null : operations.getOrDefault(id, Operation.withId(id));
    if (operation == null) {
      throw Failure.invalid(
          "header operation: %s (expected: %s or an operation of %s such as kvGet)"
              .formatted(id, Bus.HEALTH, address));
    }
    return operation;
  }

  private static Message fromPlain(Operation operation, @Nullable Object body) {
    if (!(body instanceof JsonObject json)) {
      throw Failure.invalid(
          "body of %s: %s (expected: a JSON object)"
              .formatted(operation.id(), body == null ? null : body.getClass().getSimpleName()));
    }
    return JsonMessages.fromJson(json, operation.request());
  }

  private static Completable<@Nullable Object> toPlain(Completable<@Nullable Object> answer) {
    return (response, cause) -> {
      Object plain;
      try {
        plain = response == null ? null : JsonMessages.toJson((Message) response);
      } catch (Throwable t) {
        answer.fail(t);
        return;
      }
      answer.complete(plain, cause);
    };
  }

  private Future<?> handle(Message request, Call call) {
    Failure refusal = refusal();
    if (refusal != null) {
      throw refusal;
    }
    BiFunction<Message, Call, Future<?>> handler = handlers.get(request.getClass());
    if (handler == null) {
      throw notOfHere(request);
    }
    return handler.apply(request, call);
  }

  private Failure notOfHere(Message request) {
    return Failure.invalid(
        "%s: not an operation of %s"
            .formatted(request.getDescriptorForType().getFullName(), address));
  }
}
