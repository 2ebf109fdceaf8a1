package io.purpledb.backend.replicated.state;

import com.google.protobuf.Message;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Handlers;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests at once, from handlers that never wait. What went with a request has been heeded
 * before it was in the log; here it is not known any more.
 */
final class Table implements Handlers {

  private final Map<Class<?>, Function<Message, Future<?>>> handlers = new HashMap<>();

  @Override
  public <Q extends Message, R extends Message> void on(
      Class<Q> type, BiFunction<Q, Call, Future<@Nullable R>> handler) {
    handlers.put(type, request -> handler.apply(type.cast(request), Call.NOTHING));
  }

  /** The reply, which is also what went wrong: every copy of the data must answer the same. */
  ByteString answer(Message request) {
    try {
      Function<Message, Future<?>> handler = handlers.get(request.getClass());
      if (handler == null) {
        throw new IllegalStateException(request.getClass() + " has no handler");
      }
      Future<?> response = handler.apply(request);
      return response.succeeded()
          ? Wire.reply((Message) response.result())
          : Wire.reply(Failure.of(response.cause()));
    } catch (RuntimeException e) {
      return Wire.reply(Failure.of(e));
    }
  }
}
