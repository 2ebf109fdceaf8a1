package io.purpledb.backend.redis;

import static io.purpledb.backend.redis.ScriptedRedis.bulk;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.SetService;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a change and a read in one transaction when Redis refuses a part of it. */
@Timeout(60)
class RedisTransactionTest {

  private static final int TIMEOUT_MILLIS = 1000;
  private static final String QUEUED = "+QUEUED\r\n";
  private static final String ABORTED =
      "-EXECABORT Transaction discarded because of previous errors.\r\n";

  private final TestLoop loop = new TestLoop();
  private final LogLines log = new LogLines();
  private final List<String> changes = new ArrayList<>();

  @AfterEach
  void close() {
    loop.close();
    log.close();
  }

  /** A Redis that answers what a transaction consists of with these, over its first connection. */
  private SetService set(String multi, String sadd, String smembers, String exec) {
    ScriptedRedis.Script script =
        (connection, command) -> {
          boolean first = connection == 1;
          return switch (command.get(0)) {
            case "MULTI" -> first ? multi : "+OK\r\n";
            case "SADD" -> {
              changes.add(command.get(2));
              yield first ? sadd : QUEUED;
            }
            case "SMEMBERS" -> first ? smembers : QUEUED;
            case "EXEC" -> first ? exec : results("second");
            default -> bulk(command.get(1)); // ECHO
          };
        };
    NativeBackends backends =
        new NativeBackends(
            RedisServer.of(
                loop.vertx(), new ScriptedRedis(loop, script).url(), TIMEOUT_MILLIS, 64));
    return loop.call(() -> new SetService(backends.engine("set")));
  }

  private static String results(String item) {
    return "*2\r\n:1\r\n~1\r\n" + bulk(item);
  }

  private void assertItems(SetService set, String item) {
    assertThat(loop.answer(() -> set.add("k", item))).containsExactly(item);
  }

  private Failure refused(SetService set) {
    return loop.failure(() -> set.add("k", "x"));
  }

  @Test
  void itAnswersWithWhatWasRead() {
    assertItems(set("+OK\r\n", QUEUED, QUEUED, results("first")), "first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"READONLY You can't write", "LOADING Redis is loading", "MASTERDOWN x"})
  void whatIsNotTakenDownDidNotRunAndIsSentOnceOverTheNextConnection(String error) {
    SetService set = set("+OK\r\n", "-" + error + "\r\n", QUEUED, ABORTED);

    assertItems(set, "second");
    assertThat(loop.call(() -> changes.size())).isEqualTo(2);
  }

  @Test
  void aLackOfMemoryIsSaid() {
    Failure failure = refused(set("+OK\r\n", "-OOM command not allowed\r\n", QUEUED, ABORTED));

    assertThat(failure.kind()).isEqualTo(Kind.STORAGE_FULL);
    assertThat(failure).hasMessageContaining("OOM command not allowed");
  }

  @Test
  void whatMayNotBeReadIsNotChanged() {
    Failure failure =
        refused(set("+OK\r\n", QUEUED, "-NOPERM no permissions to run smembers\r\n", ABORTED));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure).hasMessage("redis: NOPERM no permissions to run smembers");
  }

  @Test
  void whyExecIsRefusedIsSaid() {
    String why = "OOM command not allowed when used memory > 'maxmemory'.";
    Failure failure =
        refused(
            set(
                "+OK\r\n",
                QUEUED,
                QUEUED,
                "-EXECABORT Transaction discarded because of: " + why + "\r\n"));

    assertThat(failure.kind()).isEqualTo(Kind.STORAGE_FULL);
    assertThat(failure).hasMessage("redis: " + why);
  }

  /** Without MULTI, Redis runs the change at once: it must not be sent again. */
  @Test
  void aChangeThatRanOutsideATransactionIsNotRepeated() {
    SetService set =
        set("-LOADING Redis is loading\r\n", ":1\r\n", "*0\r\n", "-ERR EXEC without MULTI\r\n");

    LinkTest.assertUnavailable(refused(set), "; a write may or may not have happened");
    log.await(2); // the connection is replaced nevertheless
    assertThat(loop.call(() -> changes.size())).isEqualTo(1);
  }

  @Test
  void soIsOneWhoseReadWasRefused() {
    SetService set =
        set(
            "-NOPERM no permissions to run multi\r\n",
            ":1\r\n",
            "-NOPERM no permissions to run smembers\r\n",
            "-ERR EXEC without MULTI\r\n");

    LinkTest.assertUnavailable(refused(set), "; a write may or may not have happened");
  }

  @Test
  void whatWasRefusedEachByItselfIsSentAgain() {
    String loading = "-LOADING Redis is loading\r\n";

    assertItems(set(loading, loading, loading, loading), "second");
  }

  @ParameterizedTest
  @ValueSource(strings = {":1\r\n", "*0\r\n", "$1\r\na\r\n", "_\r\n"})
  void anAnswerOfAnotherKindEndsTheConnection(String wrong) {
    SetService set = set("+OK\r\n", wrong, QUEUED, results("first"));

    LinkTest.assertUnavailable(refused(set), "; a write may or may not have happened");
    log.await(2);
    assertItems(set, "second");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*0\r\n", "*1\r\n:1\r\n", "_\r\n", ":1\r\n"})
  void soDoResultsThatCannotBe(String wrong) {
    SetService set = set("+OK\r\n", QUEUED, QUEUED, wrong);

    LinkTest.assertUnavailable(refused(set), "; a write may or may not have happened");
    log.await(2);
    assertItems(set, "second");
  }
}
