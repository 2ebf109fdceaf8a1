package io.purpledb.backend.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Lua script on one key with one argument. Redis runs it as a whole, and keeps its text until it
 * restarts or is told to forget it.
 *
 * @param sha1 the name that Redis gives the text
 */
record RedisScript(String text, String sha1) {

  static RedisScript of(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      return new RedisScript(text, HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-1", e);
    }
  }

  /** Runs it by name, and by its text when Redis says that it does not know, so did not run it. */
  Future<@Nullable Response> run(
      Function<Request, Future<@Nullable Response>> link, String key, String argument) {
    return link.apply(Request.cmd(Command.EVALSHA).arg(sha1).arg("1").arg(key).arg(argument))
        .recover(
            error ->
                RedisErrors.says(error, "NOSCRIPT")
                    ? link.apply(
                        Request.cmd(Command.EVAL).arg(text).arg("1").arg(key).arg(argument))
                    : Future.failedFuture(error));
  }
}
