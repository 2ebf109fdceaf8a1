package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.message.Failure.Kind.TOO_LARGE;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Config;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestServer;
import io.purpledb.support.client.Samples;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.time.TimeMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A server that is closed and started again, with the default bound of values. */
@OnEveryCell(value = "restart", inClusters = false)
final class RestartConformanceTest {

  private static final int MEBIBYTE = 1 << 20;

  private final Cell cell;
  private final Config config;
  private final String key;

  RestartConformanceTest(Cell cell) {
    this.cell = cell;
    this.config = TestConfigs.of(cell.engine(), TestConfigs.newDirectory(), MEBIBYTE);
    this.key = cell.newKey();
  }

  @Test
  void whatIsKeptIsThereAgainAndWhatIsEndedStaysEnded() {
    try (TimeMachine time = cell.engine().timeMachine()) {
      serve(time, this::write);
      serve(
          time,
          purple -> {
            if (cell.engine().keepsOverRestart()) {
              isAllThere(purple);
              diesInTime(purple, time);
            } else {
              isEmpty(purple);
            }
            write(purple);
            end(purple, time);
          });
      serve(time, this::isEnded);
    }
  }

  /** The same of all services that there are, as far as their contracts tell. */
  @Test
  void whatEachServiceKeepsIsThereAgain() {
    try (TimeMachine time = cell.engine().timeMachine()) {
      List<Object> none = new ArrayList<>();
      List<Object> kept = new ArrayList<>();
      serve(
          time,
          purple -> {
            none.addAll(answers(purple));
            TestConfigs.SERVICES.forEach(service -> Samples.make(purple, service, key));
            kept.addAll(answers(purple));
          });
      assertThat(kept).hasSameSizeAs(none).doesNotContainAnyElementsOf(none);
      serve(
          time,
          purple ->
              assertThat(answers(purple))
                  .isEqualTo(cell.engine().keepsOverRestart() ? kept : none));
    }
  }

  private List<Object> answers(ServiceClient purple) {
    return TestConfigs.SERVICES.stream()
        .flatMap(service -> Samples.answers(purple, service, key).stream())
        .toList();
  }

  private void serve(TimeMachine time, Consumer<ServiceClient> use) {
    try (TestServer server = TestServer.start(config, time.clock())) {
      use.accept(server.client(cell.type()));
    }
  }

  private void write(ServiceClient purple) {
    value(purple.cacheSet(key, "text", 60));
    value(purple.counterIncrement(key, -7));
    value(purple.flagSet(key, true));
    value(purple.kvPut(key, largest()));
    value(purple.setAdd(key, "a"));
    value(purple.setAdd(key, "\u00e9/"));
    refusal(TOO_LARGE, purple.kvPut(key, largest().concat(ByteString.copyFromUtf8("a"))));
  }

  private void isAllThere(ServiceClient purple) {
    assertThat(value(purple.cacheGet(key))).isEqualTo("text");
    assertThat(value(purple.counterGet(key))).isEqualTo(-7);
    assertThat(value(purple.counterIncrement(key, 8))).isEqualTo(1);
    assertThat(value(purple.flagGet(key))).isTrue();
    assertThat(value(purple.kvGet(key)).equals(largest())).isTrue();
    assertThat(value(purple.setGet(key))).containsExactly("a", "\u00e9/");
  }

  private void diesInTime(ServiceClient purple, TimeMachine time) {
    long grace = 20 * time.graceMillis(); // a restart takes its time
    time.advance(60_000 - grace);
    assertThat(value(purple.cacheGet(key))).isEqualTo("text");
    time.advance(grace);
    refusal(NOT_FOUND, purple.cacheGet(key));
  }

  private void end(ServiceClient purple, TimeMachine time) {
    time.advance(60_000);
    value(purple.flagSet(key, false));
    value(purple.kvDelete(key));
    value(purple.setRemove(key, "a"));
    value(purple.setRemove(key, "\u00e9/"));
  }

  private void isEnded(ServiceClient purple) {
    refusal(NOT_FOUND, purple.cacheGet(key));
    assertThat(value(purple.flagGet(key))).isFalse();
    refusal(NOT_FOUND, purple.kvGet(key));
    assertThat(value(purple.setGet(key))).isEmpty();
  }

  private void isEmpty(ServiceClient purple) {
    isEnded(purple);
    assertThat(value(purple.counterGet(key))).isZero();
  }

  private static ByteString largest() {
    byte[] bytes = new byte[MEBIBYTE];
    new Random(1).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
