package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure.Kind;
import io.purpledb.support.BackendType;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.redis.RedisForTests;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the contract says of a key under which Redis has something else. */
@Timeout(60)
class RedisTypesTest {

  private static final byte[] BYTES = {-1};

  @RegisterExtension
  static TestHttpServer server = TestHttpServer.start(TestConfigs.of(BackendType.REDIS));

  private static void put(int database, Command command, String... arguments) {
    Request request = Request.cmd(command);
    for (String argument : arguments) {
      request.arg(argument);
    }
    put(database, request);
  }

  private static void put(int database, Request request) {
    Redis redis = Redis.createClient(server.vertx(), RedisForTests.shared().url() + "/" + database);
    TestHttpServer.await(redis.send(request));
    redis.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0, GET, /cache/%s, 409",
    "0, PUT, /cache/%s?value=x, 204",
    "1, GET, /counters/%s, 409",
    "1, PUT, /counters/%s?increment=1, 409",
    "2, GET, /flags/%s, 409",
    "2, PUT, /flags/%s?value=true, 204",
    "3, GET, /kv/%s, 409",
    "3, DELETE, /kv/%s, 204",
    "4, GET, /sets/%s, 409",
    "4, PUT, /sets/%s?item=x, 409",
    "4, DELETE, /sets/%s?item=x, 409",
  })
  void aKeyOfAnotherRedisType(int database, String method, String path, int status) {
    String key = UUID.randomUUID().toString();
    put(database, Command.HSET, key, "format", "2");

    Reply reply = server.call(method, path.formatted(key), null);

    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    put(database, Command.DEL, key);
  }

  /** Half of what cannot be read is not answered, nor anything in its place. */
  @Test
  void bytesWhereTextsAreExpected() {
    String key = UUID.randomUUID().toString();
    put(0, Request.cmd(Command.SET).arg(key).arg(BYTES));
    put(4, Request.cmd(Command.SADD).arg(key).arg("a text").arg(BYTES));

    assertThat(server.get("/cache/" + key).problem(Kind.CONFLICT))
        .isEqualTo(key + ": bytes in redis (expected: a text in UTF-8)");
    assertThat(server.get("/sets/" + key).problem(Kind.CONFLICT))
        .startsWith(key + ": a redis set with bytes among its items");
    assertThat(server.call("PUT", "/sets/" + key + "?item=x", null).problem(Kind.CONFLICT))
        .endsWith("; what was asked for is done");
    put(0, Command.DEL, key);
    put(4, Command.DEL, key);
  }

  @ParameterizedTest
  @CsvSource({"1, /counters/%s, x", "2, /flags/%s, x"})
  void aTextThatIsNoneOfTheService(int database, String path, String text) {
    String key = UUID.randomUUID().toString();
    put(database, Command.SET, key, text);

    assertThat(server.get(path.formatted(key)).status()).isEqualTo(409);
    put(database, Command.DEL, key);
  }
}
