package io.purpledb.backend.redis.engine;

import io.purpledb.backend.redis.connection.RedisHealth;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.engine.Change;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The connection of one event loop, and what its scripts need. Used on that loop only. */
final class LoopLink {

  /** What a script says of an answer that is too large. */
  private static final Pattern TOO_LARGE = Pattern.compile("TOOLARGE (\\d+) (\\d+) (\\d+)");

  private static final int DATABASE = 0;
  private static final String TOO_MANY = "TOOMANY";

  private final RedisLink link;
  private @Nullable Future<?> renewal;

  /** Starts to connect, on the loop of the caller. */
  LoopLink(RedisServer server) {
    this.link = new RedisLink(server, DATABASE);
  }

  RedisLink link() {
    return link;
  }

  /**
   * Runs a script without keys.
   *
   * @param arguments texts, numbers and bytes
   */
  Future<Response> run(Call call, Script script, Object... arguments) {
    Request request = Request.cmd(Command.EVALSHA).arg(script.sha()).arg("0");
    for (Object argument : arguments) {
      if (argument instanceof byte[] bytes) {
        request.arg(bytes);
      } else {
        request.arg(argument.toString()); // the client's own form of long fails for the least
      }
    }
    return run(call, request, answer -> answer);
  }

  /**
   * Runs a script.
   *
   * @param request begins with its hash and its keys; sent once more when the server has forgotten
   *     the script
   * @param meaning what the answer is
   */
  <T> Future<T> run(Call call, Request request, Function<Response, T> meaning) {
    Promise<T> result = Promise.promise(); // one, where each step of a chain would be one more
    link.send(call, request)
        .onComplete(
            (answer, error) -> {
              if (error == null) {
                complete(result, answer, meaning);
              } else if (isForgotten(error)) {
                renew()
                    .compose(renewed -> link.send(call, request))
                    .onSuccess(again -> complete(result, again, meaning))
                    .onFailure(again -> result.fail(failure(again)));
              } else {
                result.fail(failure(error));
              }
            });
    return result.future();
  }

  private static <T> void complete(
      Promise<T> result, @Nullable Response answer, Function<Response, T> meaning) {
    if (answer == null) {
      result.fail(new Failure(Failure.Kind.INTERNAL, "redis: no answer"));
      return;
    }
    T meant;
    try {
      meant = meaning.apply(answer);
    } catch (RuntimeException e) { // one that is not ours, or no memory for it
      result.fail(e);
      return;
    }
    result.complete(meant);
  }

  /** Whether what the scripts do succeeds here, as far as can be told without doing it. */
  Future<Void> health() {
    return link.health().compose(serves -> link.permission().tryOut(this::tryToWrite));
  }

  private Future<?> tryToWrite() {
    return link.sendOnce(trial());
  }

  private static Request trial() {
    String unused = "p2:" + RedisHealth.unusedKey();
    return Request.cmd(Command.EVALSHA).arg(Script.TRIAL.sha()).arg("0").arg(unused);
  }

  /** Makes sure that scripts can be told and run, and may do what ours do; blocks. */
  static void tryOut(RedisServer server) {
    server.check(
        DATABASE,
        Request.cmd(Command.SCRIPT).arg("EXISTS").arg(Script.TRIAL.sha()),
        Request.cmd(Command.SCRIPT).arg("LOAD").arg(Script.TRIAL.text()),
        Request.cmd(Command.EVAL).arg("return {}").arg("0"),
        trial());
  }

  /** Sends GET; what is no string is an error of its own. */
  Future<@Nullable Response> get(Call call, Request get) {
    return link.send(call, get).recover(error -> Future.failedFuture(failure(error)));
  }

  /** Whether the server does not know our scripts or has lost our state: then nothing was run. */
  private static boolean isForgotten(Throwable error) {
    String text = String.valueOf(error.getMessage());
    return error instanceof ErrorType
        && (text.startsWith("NOSCRIPT") || text.contains("RENEW p2:"));
  }

  /**
   * Lets the positions go on beyond all that were given, then tells the server the scripts: as long
   * as it does not know them, it makes no changes.
   */
  private Future<?> renew() {
    Future<?> running = renewal;
    if (running == null || running.isComplete()) {
      running = link.send(Call.NOTHING, openRequest("renew")).compose(opened -> load());
      renewal = running;
    }
    return running;
  }

  /**
   * What makes sure of the layout.
   *
   * @param how {@code renew} when the server does not know our scripts, {@code empty} when nobody
   *     has asked for this layout
   */
  private static Request openRequest(String how) {
    return Request.cmd(Command.EVAL).arg(Script.OPEN).arg("0").arg(how);
  }

  private Future<?> load() {
    List<Future<?>> all =
        Arrays.stream(loadRequests()).<Future<?>>map(one -> link.send(Call.NOTHING, one)).toList();
    return Future.all(all);
  }

  /**
   * Makes sure of the layout and of the scripts; blocks. Else the first calls of several loops
   * would each do it, and what one of them has changed before the other is told as a gap.
   *
   * @param isAskedFor whether this layout is wanted beside what others keep in databases from 5 on
   */
  static void open(RedisServer server, boolean isAskedFor) {
    server.check(DATABASE, openRequest(isAskedFor ? "" : "empty"));
    Request exists = Request.cmd(Command.SCRIPT).arg("EXISTS");
    for (Script one : Script.values()) {
      exists.arg(one.sha());
    }
    Response known = server.ask(DATABASE, List.of(exists)).get(0);
    for (int i = 0; i < Script.values().length; i++) {
      if (known == null || known.get(i).toInteger() == 0) {
        server.check(DATABASE, openRequest("renew"));
        server.check(DATABASE, loadRequests());
        return;
      }
    }
  }

  private static Request[] loadRequests() {
    return Arrays.stream(Script.values())
        .map(one -> Request.cmd(Command.SCRIPT).arg("LOAD").arg(one.text()))
        .toArray(Request[]::new);
  }

  /** What an error reply of a script means: nothing was changed. */
  private static Throwable failure(Throwable error) {
    if (!(error instanceof ErrorType)) {
      return error;
    }
    String text = String.valueOf(error.getMessage());
    if (text.startsWith("NOSCRIPT")) {
      return Failure.unavailable("redis: it has forgotten our scripts again; nothing was changed");
    }
    Matcher large = TOO_LARGE.matcher(text);
    if (large.find()) {
      return new Failure(
          Failure.Kind.ANSWER_TOO_LARGE,
          "the values of %s keys have %s bytes or more (expected: at most %s at once, or one key)"
              .formatted(large.group(2), large.group(1), large.group(3)));
    }
    if (text.contains(TOO_MANY)) {
      return Change.DeleteRange.tooMany();
    }
    return new Failure(Failure.Kind.INTERNAL, "redis: " + text);
  }
}
