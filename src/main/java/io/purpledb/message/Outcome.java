package io.purpledb.message;

import com.google.protobuf.Message;
import io.vertx.core.eventbus.ReplyException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a failure leaves open. Whoever fails cannot always know whether it was asked to write. */
public final class Outcome {

  /** The end of the text of a failure after which a write may or may not have happened. */
  public static final String UNKNOWN = "; a write may or may not have happened";

  private Outcome() {}

  /** The failure of a request: of a read, without what would only be true of a write. */
  public static Throwable of(@Nullable Message request, Throwable failure) {
    if (request == null || !Operation.of(request).isRead()) {
      return failure;
    }
    if (failure instanceof TimeoutException) {
      return Failure.timedOut("no answer in time");
    }
    String text = String.valueOf(failure.getMessage());
    if (!text.endsWith(UNKNOWN)
        || !(failure instanceof Failure || failure instanceof ReplyException)) {
      return failure;
    }
    return new Failure(
        Failure.of(failure).kind(), text.substring(0, text.length() - UNKNOWN.length()));
  }
}
