package io.purpledb.backend.redis;

import io.purpledb.message.Failure;
import io.vertx.redis.client.Response;
import java.util.regex.Pattern;

/** What the client's failures mean. */
final class RedisErrors {

  /**
   * The error codes of a Redis that cannot serve now, or not us; a script's error has them in the
   * middle of its text.
   */
  private static final Pattern NOT_NOW =
      Pattern.compile(
          "\\b(LOADING|OOM|READONLY|MASTERDOWN|MISCONF|NOREPLICAS|BUSY|NOAUTH|NOPERM|WRONGPASS"
              + "|CLUSTERDOWN|TRYAGAIN|MOVED|ASK)\\b");

  private static final int SHOWN = 40;

  private RedisErrors() {}

  /** Whether an error reply has a code or text. */
  static boolean says(Throwable error, String text) {
    return error instanceof Response && String.valueOf(error.getMessage()).contains(text);
  }

  /** An error reply as unavailable when it says so, as it is otherwise. */
  static Throwable ofReply(Throwable error) {
    String text = String.valueOf(error.getMessage());
    return NOT_NOW.matcher(text).find() ? Failure.unavailable("redis: " + text) : error;
  }

  /** Why there is no connection, in words. */
  static String reason(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = text(error);
    return text.contains(text(root)) ? text : text + ": " + text(root);
  }

  private static String text(Throwable error) {
    String text = error.getMessage();
    return text == null ? error.getClass().getSimpleName() : text;
  }

  /** A stored text in quotes, cut when it is long. */
  static String shown(String text) {
    return text.length() <= SHOWN ? "\"" + text + "\"" : "\"" + text.substring(0, SHOWN) + "…\"";
  }
}
