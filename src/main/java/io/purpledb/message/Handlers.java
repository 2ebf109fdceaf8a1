package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A table from request type to what answers it. */
public interface Handlers {

  /** Says how one type of request is answered; a null response means absence. */
  <Q extends Message, R extends Message> void on(
      Class<Q> type, BiFunction<Q, Call, Future<@Nullable R>> handler);

  /** The same for an answer to which it does not matter who asks, and until when. */
  default <Q extends Message, R extends Message> void on(
      Class<Q> type, Function<Q, Future<@Nullable R>> handler) {
    on(type, (Q request, Call call) -> handler.apply(request));
  }
}
