package io.purpledb.backend.redis.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

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
public final class RedisErrors {

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

  /** Before the reason when EXEC itself is refused. */
  private static final String ABORTED = "EXECABORT Transaction discarded because of: ";

  /** What all versions say of a command; of a key it is something about access. */
  private static final Pattern OF_COMMAND =
      Pattern.compile("no permissions to run the|can't run this command");

  private static final Pattern CODE = Pattern.compile("^([A-Z]+)( .*|$)", Pattern.DOTALL);

  /** What is said of a replica. */
  public static final String REPLICA = "the server is a replica (expected: a master)";

  /** What Netty's native transport puts before the text of an error number. */
  private static final Pattern NATIVE =
      Pattern.compile("^[A-Za-z]+\\([^)]*\\) failed with error\\(-?[0-9]+\\): ");

  private static final int SHOWN = 40;

  /** Longer than any number or flag, and than what is shown of one. */
  private static final int MAX_SHORT_BYTES = 256;

  private RedisErrors() {}

  /** Whether an error reply has a code or text. */
  public static boolean says(Throwable error, String text) {
    return error instanceof Response && String.valueOf(error.getMessage()).contains(text);
  }

  /** Whether a server refuses a command for good: its user may not, or it has no such command. */
  public static boolean isForbidden(@Nullable Throwable error) {
    return error != null && (says(error, "NOPERM") || says(error, "unknown command"));
  }

  /** An error reply as unavailable or as a lack of room when it says so, as it is otherwise. */
  public static Throwable ofReply(ErrorType error) {
    String code = code(error);
    if (code.equals("OOM")) {
      return Failure.storageFull("redis: " + said(error));
    }
    return NOT_NOW.contains(code) ? Failure.unavailable("redis: " + said(error)) : error;
  }

  /** Whether another connection is needed, because this one leads to the wrong server. */
  public static boolean leadsElsewhere(ErrorType error) {
    return ELSEWHERE.contains(code(error));
  }

  /**
   * Whether an error that {@link #leadsElsewhere} proves that nothing was executed. True of one
   * within a transaction, too, as long as that had begun.
   */
  public static boolean provesNotRun(ErrorType error) {
    return !MAY_HAVE_RUN.contains(code(error));
  }

  /** Whether a reply to HELLO is a replica's. */
  public static boolean isReplica(@Nullable Response hello) {
    Response role = hello == null ? null : hello.get("role");
    return role != null && !role.toString().equals("master");
  }

  /** Whether a command was refused because of its key, or because we may not use it there. */
  public static boolean isAboutTheKey(Throwable error) {
    return String.valueOf(error.getMessage()).startsWith("WRONGTYPE") || isNotPermitted(error);
  }

  /** Whether a command was refused because this user may not use it, or not on that key. */
  public static boolean isNotPermitted(Throwable error) {
    return String.valueOf(error.getMessage()).startsWith("redis: NOPERM");
  }

  /** Whether a command was refused because this user may not use it, on whatever key. */
  public static boolean isCommandNotPermitted(Throwable error) {
    return isNotPermitted(error) && OF_COMMAND.matcher(String.valueOf(error.getMessage())).find();
  }

  /** Overlooks the error of a server that refuses writes only. */
  public static Future<@Nullable Response> unlessReadable(Throwable error) {
    return error instanceof ErrorType reply && code(reply).equals("MISCONF")
        ? Future.succeededFuture()
        : Future.failedFuture(error);
  }

  /** The text of an error reply; of the one to EXEC, why Redis did not run the transaction. */
  private static String said(ErrorType error) {
    String text = String.valueOf(error.getMessage());
    return text.startsWith(ABORTED) ? text.substring(ABORTED.length()) : text;
  }

  private static String code(ErrorType error) {
    String text = said(error);
    Matcher code = CODE.matcher(text);
    return code.matches() ? code.group(1) : "";
  }

  /** Why there is no connection, in words. */
  public static String reason(Throwable error) {
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
  public static void log(Throwable thrown) {
    if (!(thrown instanceof VirtualMachineError)) {
      LOG.log(Level.ERROR, "a connection to redis was given up", thrown);
    }
  }

  /** The text of a reply; a long one is cut, so that it is no number and no flag. */
  public static String shortText(Response reply) {
    return reply instanceof RespBulk bulk && bulk.toBytes().length > MAX_SHORT_BYTES
        ? new String(bulk.toBytes(), 0, MAX_SHORT_BYTES, UTF_8)
        : reply.toString();
  }

  /** A stored text in quotes, cut when it is long. */
  public static String shown(String text) {
    return text.length() <= SHOWN ? "\"" + text + "\"" : "\"" + text.substring(0, SHOWN) + "…\"";
  }
}
