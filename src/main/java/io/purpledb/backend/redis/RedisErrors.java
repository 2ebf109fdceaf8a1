package io.purpledb.backend.redis;

import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the client's failures mean. */
final class RedisErrors {

  private static final Logger LOG = System.getLogger(RedisErrors.class.getName());

  /** The error codes of a Redis that cannot serve now, or not us. */
  private static final Set<String> NOT_NOW =
      Set.of(
          "LOADING",
          "READONLY",
          "MASTERDOWN",
          "UNBLOCKED",
          "CLUSTERDOWN",
          "NOAUTH",
          "WRONGPASS",
          "NOPERM",
          "MOVED",
          "ASK",
          "TRYAGAIN",
          "MISCONF",
          "NOREPLICAS",
          "BUSY");

  /** Those of a connection that leads to the wrong server, or to one that no longer knows us. */
  private static final Set<String> ELSEWHERE =
      Set.of("LOADING", "READONLY", "MASTERDOWN", "UNBLOCKED", "CLUSTERDOWN", "NOAUTH", "MOVED");

  /** Those among them that do not prove that the command did not run. */
  private static final Set<String> MAY_HAVE_RUN = Set.of("UNBLOCKED");

  /** Redis 6's error of a command in a script, which has the code in the middle. */
  private static final Pattern IN_SCRIPT = Pattern.compile("^ERR .*user_script.*: -([A-Z]+) .*");

  /** Redis 7's error of a command in a script that the user may not use, which has no code. */
  private static final String NO_PERMISSION = "ERR The user executing the script can't ";

  private static final Pattern CODE = Pattern.compile("^([A-Z]+)( .*|$)", Pattern.DOTALL);

  /** What is said of a replica. */
  static final String REPLICA = "the server is a replica (expected: a master)";

  /** What Netty's native transport puts before the text of an error number. */
  private static final Pattern NATIVE =
      Pattern.compile("^[A-Za-z]+\\([^)]*\\) failed with error\\(-?[0-9]+\\): ");

  private static final int SHOWN = 40;

  private RedisErrors() {}

  /** Whether an error reply has a code or text. */
  static boolean says(Throwable error, String text) {
    return error instanceof Response && String.valueOf(error.getMessage()).contains(text);
  }

  /** An error reply as unavailable or as a lack of room when it says so, as it is otherwise. */
  static Throwable ofReply(ErrorType error) {
    String code = code(error);
    if (code.equals("ERR") && String.valueOf(error.getMessage()).startsWith(NO_PERMISSION)) {
      return Failure.unavailable("redis: NOPERM " + error.getMessage());
    }
    if (code.equals("OOM")) {
      return Failure.storageFull("redis: " + error.getMessage());
    }
    return NOT_NOW.contains(code) ? Failure.unavailable("redis: " + error.getMessage()) : error;
  }

  /** Whether another connection is needed, because this one leads to the wrong server. */
  static boolean leadsElsewhere(ErrorType error) {
    return ELSEWHERE.contains(code(error));
  }

  /**
   * Whether an error that {@link #leadsElsewhere} proves that nothing was executed. True of a
   * script, too: ours change nothing before the command that may be refused.
   */
  static boolean provesNotRun(ErrorType error) {
    return !MAY_HAVE_RUN.contains(code(error));
  }

  /** Whether a reply to HELLO is a replica's. */
  static boolean isReplica(@Nullable Response hello) {
    Response role = hello == null ? null : hello.get("role");
    return role != null && !role.toString().equals("master");
  }

  /** Whether a command was refused because of its key, or because we may not use it there. */
  static boolean isAboutTheKey(Throwable error) {
    return String.valueOf(error.getMessage()).startsWith("WRONGTYPE") || isNotPermitted(error);
  }

  /** Whether a command was refused because this user may not use it, or not on that key. */
  static boolean isNotPermitted(Throwable error) {
    return String.valueOf(error.getMessage()).startsWith("redis: NOPERM");
  }

  /** Overlooks the error of a server that refuses writes only. */
  static Future<@Nullable Response> unlessReadable(Throwable error) {
    return error instanceof ErrorType reply && code(reply).equals("MISCONF")
        ? Future.succeededFuture()
        : Future.failedFuture(error);
  }

  private static String code(ErrorType error) {
    String text = String.valueOf(error.getMessage());
    Matcher script = IN_SCRIPT.matcher(text);
    if (script.matches()) {
      return script.group(1);
    }
    Matcher code = CODE.matcher(text);
    return code.matches() ? code.group(1) : "";
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
    return text == null ? error.getClass().getSimpleName() : inWords(text);
  }

  /** What the system says of a connection, without which function of which library heard it. */
  private static String inWords(String text) {
    String said = NATIVE.matcher(text).replaceFirst("");
    return said.startsWith("Connection ") ? "c" + said.substring(1).replace(": /", ": ") : said;
  }

  /**
   * Logs what ended a connection and should not have been thrown. Of a process without memory the
   * one line about the lost connection must do.
   */
  static void log(Throwable thrown) {
    if (!(thrown instanceof VirtualMachineError)) {
      LOG.log(Level.ERROR, "a connection to redis was given up", thrown);
    }
  }

  /** A stored text in quotes, cut when it is long. */
  static String shown(String text) {
    return text.length() <= SHOWN ? "\"" + text + "\"" : "\"" + text.substring(0, SHOWN) + "…\"";
  }
}
