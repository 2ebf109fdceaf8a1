package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A table from request type to what answers it. */
public interface Handlers {

  /** Says how one type of request is answered; a null response means absence. */
  <Q extends Message, R extends Message> void on(
      Class<Q> type, Function<Q, Future<@Nullable R>> handler);
}
