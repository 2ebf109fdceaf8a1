package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.replicated.lead.PeerClocks;
import io.purpledb.backend.replicated.state.ReplicatedState;
import io.purpledb.backend.replicated.state.Replies;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.support.time.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose clocks are not those of the others: time goes on, and the odd one does not lead. */
@Tag("long")
final class WrongClockTest {

  private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();

  @Test
  void timeGoesOnAfterAWriteOfALeaderThatIsAYearAhead(@TempDir Path directory) throws Exception {
    FakeClock clock = new FakeClock();
    try (Nodes nodes = new Nodes(1, directory)) {
      nodes.clock = clock;
      nodes.startAll();
      new Ask(nodes.node(0)).put("k", "v");
      clock.advance(YEAR_MILLIS); // and a write with it
      new Ask(nodes.node(0)).put("k", "w");
      nodes.kill(0);
      FakeClock right = new FakeClock();
      nodes.clock = right;
      nodes.startAll();
      Ask ask = new Ask(nodes.node(0));
      ask.cache("c", "v", 1);
      right.advance(999);
      assertThat(ask.cached("c")).isEqualTo("v");
      right.advance(1);
      assertThat(ask.cached("c")).isNull();
    }
  }

  @Test
  void aNodeThatIsAYearAheadMovesNothingSaysSoAndDoesNotLead(@TempDir Path directory)
      throws Exception {
    FakeClock clock = new FakeClock();
    FakeClock ahead = new FakeClock();
    ahead.advance(YEAR_MILLIS);
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.clock = clock;
      nodes.start(0);
      nodes.start(1);
      nodes.awaitLeader();
      new Ask(nodes.node(0)).cache("c", "v", 60);
      nodes.clock = ahead;
      nodes.start(2);
      awaitLeaderOtherThan(2, nodes);
      nodes.node(nodes.awaitLeader()).transferTo(nodes.members.get(2)); // which keeps it no longer
      new Ask(nodes.node(2)).put("k", "by way of the one that is ahead");
      assertThat(new Ask(nodes.node(0)).cached("c")).isEqualTo("v");
      awaitLeaderOtherThan(2, nodes);
      assertThat(nodes.node(2).notice()).contains("clock: this node's is PT8760H ahead of");
      assertThat(nodes.node(0).notice()).isNull();
      assertThat(new Ask(nodes.node(0)).cached("c")).isEqualTo("v");
      clock.advance(60_000);
      ahead.advance(60_000);
      assertThat(new Ask(nodes.node(0)).cached("c")).isNull();
    }
  }

  @Test
  void theTimeOfACopyGoesOnFromItsStampUnlessAMajorityHasAnother() {
    FakeClock clock = new FakeClock();
    AtomicBoolean agree = new AtomicBoolean();
    ChangeLog log = ChangeLog.ofCopy(1 << 20);
    ReplicatedState copy =
        new ReplicatedState(1 << 20, 1 << 20, clock, agree::get, new Replies(1 << 20), log);
    assertThat(copy.nowMillis()).isEqualTo(clock.millis());

    long stamp = clock.millis() - YEAR_MILLIS;
    copy.restore(stamp, 1, List.of());
    clock.advance(1_000);
    assertThat(copy.nowMillis()).isEqualTo(stamp + 1_000);
    agree.set(true);
    assertThat(copy.nowMillis()).isEqualTo(clock.millis());

    long later = clock.millis() + YEAR_MILLIS;
    copy.restore(later, 1, List.of());
    clock.advance(1_000);
    assertThat(copy.nowMillis()).isEqualTo(later + 1_000);

    copy.restore(clock.millis() - PeerClocks.BOUND_MILLIS, 1, List.of());
    agree.set(false);
    assertThat(copy.nowMillis()).isEqualTo(clock.millis());
  }

  @Test
  void ofThreeClocksTheOneThatIsOffIsTold() {
    PeerClocks clocks = new PeerClocks(new FakeClock(), 3);
    long now = new FakeClock().millis();
    RaftPeerId a = RaftPeerId.valueOf("a");
    RaftPeerId b = RaftPeerId.valueOf("b");
    assertThat(clocks.agree()).isFalse();
    clocks.heard(a, now + YEAR_MILLIS);
    assertThat(clocks.isOff()).isFalse(); // one word against another
    clocks.heard(b, now + 1_000);
    assertThat(clocks.agree()).isTrue();
    assertThat(clocks.isRight(a)).isFalse();
    clocks.heard(b, now + YEAR_MILLIS);
    assertThat(clocks.isOff()).isTrue();
    assertThat(clocks.isRight(b)).isTrue();
    assertThat(clocks.notice()).contains("PT8760H behind those of most members");
  }

  /** All were away: the time that their clocks agree on counts at once. */
  @Test
  void timeThatPassedWhileAllWereAwayCounts(@TempDir Path directory) throws Exception {
    FakeClock clock = new FakeClock();
    try (Nodes nodes = new Nodes(3, directory)) {
      nodes.clock = clock;
      nodes.startAll();
      new Ask(nodes.node(0)).cache("c", "v", 3_600);
      for (int i : nodes.runningNodes()) {
        nodes.kill(i);
      }
      clock.advance(3_600_000);
      nodes.startAll();
      assertThat(new Ask(nodes.node(0)).cached("c")).isNull();
    }
  }

  private static void awaitLeaderOtherThan(int odd, Nodes nodes) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (nodes.awaitLeader() == odd) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
