package io.purpledb.backend.redis;

import static io.purpledb.backend.redis.ScriptedRedis.bulk;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.CounterService;
import io.purpledb.service.FlagService;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that cannot be right, and errors that say that the connection leads elsewhere. */
class RedisReplyTest {

  private static final int TIMEOUT_MILLIS = 1000;

  private final TestLoop loop = new TestLoop();
  private final LogLines log = new LogLines();

  @AfterEach
  void close() {
    loop.close();
    log.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"+OK\r\n", ":7\r\n", "*1\r\n$1\r\n7\r\n", "#t\r\n"})
  void aReplyOfAnotherKindEndsTheConnection(String wrong) {
    CounterService counter =
        counter(
            (connection, command) ->
                command.get(0).equals("GET") && connection == 1 ? wrong : echoOr(command, "8"));

    assertUnknown(loop.failure(() -> counter.get("k")));
    log.await(2); // lost and back
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"$1\r\n7\r\n", "+OK\r\n", "_\r\n"})
  void soDoesOneThatIsNoSum(String wrong) {
    CounterService counter =
        counter(
            (connection, command) ->
                command.get(0).equals("INCRBY") ? wrong : echoOr(command, "8"));

    assertUnknown(loop.failure(() -> counter.increment("k", 1)));
    log.await(2);
  }

  @Test
  void aWriteIsNotAcknowledgedByAValue() {
    NativeBackends backends = backends((connection, command) -> echoOr(command, "true"));
    FlagService flag = loop.call(() -> new FlagService(backends.engine("flag")));

    assertUnknown(loop.failure(() -> flag.set("k", true)));
    assertThat(log.lines().get(0)).contains("a reply of type BULK (expected: STATUS)");
  }

  /** All replies are of the right kind, but one late: only the mark among them shows it. */
  @Test
  void shiftedRepliesAreFoundByTheMark() {
    String[] late = {bulk("0")};
    CounterService counter =
        counter(
            (connection, command) -> {
              if (connection > 1) {
                return echoOr(command, "8");
              }
              String reply = late[0];
              late[0] = echoOr(command, "7");
              return reply;
            });

    CompletableFuture<Long> first = loop.start(() -> counter.get("k"));
    log.await(2);
    assertThat(log.lines().get(0)).contains("replies are not those of their commands");
    assertThat(first).isDone();
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(8);
  }

  @Test
  void aReplyTooManyEndsTheConnection() {
    CounterService counter =
        counter(
            (connection, command) ->
                connection == 1 ? echoOr(command, "7") + bulk("more") : echoOr(command, "8"));

    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(7);
    log.await(2);
    assertThat(log.lines().get(0)) // a mark may have been on its way
        .containsPattern("it sent what nobody asked for: \"more\"|replies are not those of");
    assertThat(loop.answer(() -> counter.get("k"))).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTERDOWN The cluster is down",
        "NOAUTH Authentication required.",
      })
  void whatTheWrongServerRefusedIsSentOnceOverTheNextConnection(String error) {
    CounterService counter =
        counter(
            (connection, command) ->
                connection == 1 ? "-" + error + "\r\n" : integerOrEcho(command, connection));

    assertThat(loop.answer(() -> counter.increment("k", 1))).isEqualTo(2);
    assertThat(log.lines().get(0)).contains("lost: " + error.substring(0, 10));
  }

  @Test
  void notTwice() {
    CounterService counter = counter((connection, command) -> "-READONLY for ever\r\n");

    assertThat(loop.failure(() -> counter.increment("k", 1)))
        .hasMessage("redis: READONLY for ever")
        .extracting(Failure::kind)
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void whatMayHaveRunIsNotRepeated() {
    int[] increments = {0};
    CounterService counter =
        counter(
            (connection, command) -> {
              increments[0] += command.get(0).equals("INCRBY") ? 1 : 0;
              return connection == 1
                  ? "-UNBLOCKED client unblocked\r\n"
                  : integerOrEcho(command, connection);
            });

    assertThat(loop.failure(() -> counter.increment("k", 1)).kind()).isEqualTo(Kind.UNAVAILABLE);
    log.await(2); // the connection is replaced nevertheless
    assertThat(loop.call(() -> increments[0])).isEqualTo(1);
  }

  private CounterService counter(ScriptedRedis.Script script) {
    NativeBackends backends = backends(script); // listens first
    return loop.call(() -> new CounterService(backends.engine("counter")));
  }

  private NativeBackends backends(ScriptedRedis.Script script) {
    return new NativeBackends(
        RedisServer.of(loop.vertx(), new ScriptedRedis(loop, script).url(), TIMEOUT_MILLIS, 64));
  }

  private static String echoOr(List<String> command, String value) {
    return bulk(command.get(0).equals("ECHO") ? command.get(1) : value);
  }

  private static String integerOrEcho(List<String> command, int number) {
    return command.get(0).equals("INCRBY") ? ":" + number + "\r\n" : echoOr(command, "8");
  }

  private static void assertUnknown(Failure failure) {
    LinkTest.assertUnavailable(failure, "; a write may or may not have happened");
  }
}
