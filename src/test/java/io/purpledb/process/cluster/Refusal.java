package io.purpledb.process.cluster;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.client.RefusedException;
import java.net.ConnectException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What the failure of a request tells a client. */
final class Refusal {

  private Refusal() {}

  /** The kinds that it may stand for; none when no server has answered. */
  static Set<Kind> kinds(Throwable failure) {
    return cause(failure) instanceof RefusedException refused ? refused.kinds() : Set.of();
  }

  static boolean isNotFound(Throwable failure) {
    return kinds(failure).contains(Kind.NOT_FOUND);
  }

  /** Whether the request cannot have reached a server. */
  static boolean neverSent(Throwable failure) {
    return cause(failure) instanceof ConnectException;
  }

  private static Throwable cause(Throwable failure) {
    boolean wrapped =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    Throwable cause = failure.getCause();
    return wrapped && cause != null ? cause : failure;
  }
}
