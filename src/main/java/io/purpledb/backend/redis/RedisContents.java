package io.purpledb.backend.redis;

import io.purpledb.backend.redis.connection.RedisServer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which layouts a Redis holds.
 *
 * @param hasEntries whether layout 2 is in database 0
 * @param evicts the policy by which keys go for want of room, if any key may; else nothing
 * @param others what is in databases 1 to 4, in words; nothing when they are empty. Beside layout 2
 *     those of database 0 are not told apart: in layout 1 they are texts of the cache
 * @param isEmpty whether nothing at all is there, whosoever, as far as may be asked
 */
record RedisContents(boolean hasEntries, String evicts, String others, boolean isEmpty) {

  private static final int LAST_DATABASE = NativeBackends.DATABASES.size() - 1;

  /** As many as Redis has by default; with fewer, the others cannot be chosen. */
  private static final int ALL_DATABASES = 16;

  /** In front of what is told of the databases from 1 on, two replies for each: what 0 has. */
  private static final int HEAD = 4;

  private static final long STAYS = -1;
  private static final Pattern ANY_KEY = Pattern.compile("maxmemory_policy:(allkeys-[a-z]+)");

  /**
   * Blocks until it is known. Whoever may not ask for it finds nothing: who may not read that key
   * cannot use layout 2.
   *
   * @throws io.purpledb.config.StartFailure when the server cannot be used
   */
  static RedisContents of(RedisServer server) {
    List<Request> asked = new ArrayList<>();
    asked.add(Request.cmd(Command.GET).arg("p2:format"));
    asked.add(Request.cmd(Command.PTTL).arg("p2:format"));
    asked.add(Request.cmd(Command.INFO).arg("memory"));
    asked.add(Request.cmd(Command.DBSIZE));
    for (int database = 1; database < ALL_DATABASES; database++) {
      asked.add(Request.cmd(Command.SELECT).arg(database));
      asked.add(Request.cmd(Command.DBSIZE));
    }
    List<@Nullable Response> told = server.ask(0, asked);
    Response format = told.get(0);
    Response left = told.get(1);
    // A text of the cache under this name has a time to live, a layout has none.
    boolean hasEntries = format != null && left != null && left.toLong() == STAYS;
    List<String> others = new ArrayList<>();
    boolean isEmpty = isZero(told.get(HEAD - 1));
    for (int database = 1; database < ALL_DATABASES; database++) {
      int at = HEAD + 2 * (database - 1);
      if (told.get(at) != null) {
        Response size = told.get(at + 1);
        isEmpty &= isZero(size);
        if (database <= LAST_DATABASE && size != null && !isZero(size)) {
          others.add("%d keys in database %d".formatted(size.toLong(), database));
        }
      }
    }
    Matcher policy = ANY_KEY.matcher(String.valueOf(told.get(2)));
    String evicts = policy.find() ? policy.group(1) : "";
    return new RedisContents(hasEntries, evicts, String.join(", ", others), isEmpty);
  }

  private static boolean isZero(@Nullable Response size) {
    return size != null && size.toLong() == 0;
  }
}
