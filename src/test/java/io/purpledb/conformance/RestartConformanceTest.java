package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.message.Failure.Kind.TOO_LARGE;
import static io.purpledb.support.Await.refusal;
import static io.purpledb.support.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Config;
import io.purpledb.support.Door;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestServer;
import io.purpledb.support.TimeMachine;
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
          door -> {
            if (cell.engine().keepsOverRestart()) {
              isAllThere(door);
              diesInTime(door, time);
            } else {
              isEmpty(door);
            }
            write(door);
            end(door, time);
          });
      serve(time, this::isEnded);
    }
  }

  private void serve(TimeMachine time, Consumer<Door> use) {
    try (TestServer server = TestServer.start(config, time.clock())) {
      use.accept(server.door(cell.type()));
    }
  }

  private void write(Door door) {
    value(door.cacheSet(key, "text", 60));
    value(door.counterIncrement(key, -7));
    value(door.flagSet(key, true));
    value(door.kvPut(key, largest()));
    value(door.setAdd(key, "a"));
    value(door.setAdd(key, "\u00e9/"));
    refusal(TOO_LARGE, door.kvPut(key, largest().concat(ByteString.copyFromUtf8("a"))));
  }

  private void isAllThere(Door door) {
    assertThat(value(door.cacheGet(key))).isEqualTo("text");
    assertThat(value(door.counterGet(key))).isEqualTo(-7);
    assertThat(value(door.counterIncrement(key, 8))).isEqualTo(1);
    assertThat(value(door.flagGet(key))).isTrue();
    assertThat(value(door.kvGet(key)).equals(largest())).isTrue();
    assertThat(value(door.setGet(key))).containsExactly("a", "\u00e9/");
  }

  private void diesInTime(Door door, TimeMachine time) {
    long grace = 20 * time.graceMillis(); // a restart takes its time
    time.advance(60_000 - grace);
    assertThat(value(door.cacheGet(key))).isEqualTo("text");
    time.advance(grace);
    refusal(NOT_FOUND, door.cacheGet(key));
  }

  private void end(Door door, TimeMachine time) {
    time.advance(60_000);
    value(door.flagSet(key, false));
    value(door.kvDelete(key));
    value(door.setRemove(key, "a"));
    value(door.setRemove(key, "\u00e9/"));
  }

  private void isEnded(Door door) {
    refusal(NOT_FOUND, door.cacheGet(key));
    assertThat(value(door.flagGet(key))).isFalse();
    refusal(NOT_FOUND, door.kvGet(key));
    assertThat(value(door.setGet(key))).isEmpty();
  }

  private void isEmpty(Door door) {
    isEnded(door);
    assertThat(value(door.counterGet(key))).isZero();
  }

  private static ByteString largest() {
    byte[] bytes = new byte[MEBIBYTE];
    new Random(1).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
