package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.replicated.raft.CalmGrpc;
import io.purpledb.backend.replicated.raft.RaftSettings;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.junit.jupiter.api.Test;

final class CalmGrpcTest {

  private static final long EVERY = RaftSettings.HEARTBEAT_MILLIS;

  @Test
  void ratisFindsItByItsName() {
    RaftProperties properties = new RaftProperties();
    RaftConfigKeys.Rpc.setType(properties, new CalmGrpc());
    assertThat(RaftConfigKeys.Rpc.type(properties, text -> {})).isInstanceOf(CalmGrpc.class);
  }

  @Test
  void aFollowerThatAnsweredIsToldAgainAfterTheTime() {
    assertThat(CalmGrpc.waitMillis(0, 1)).isEqualTo(EVERY);
    assertThat(CalmGrpc.waitMillis(EVERY - 1, EVERY)).isEqualTo(1);
    assertThat(CalmGrpc.waitMillis(EVERY, EVERY)).isZero();
  }

  @Test
  void aFollowerThatDoesNotAnswerIsToldTwiceAsOften() {
    assertThat(CalmGrpc.waitMillis(10 * EVERY, 0)).isEqualTo(EVERY / 2);
    assertThat(CalmGrpc.waitMillis(10 * EVERY, EVERY / 2)).isZero();
  }

  @Test
  void aFollowerHearsTheLeaderWellBeforeItAsksForVotes() {
    assertThat(EVERY + 500).isLessThanOrEqualTo(RaftSettings.ELECTION_MIN_MILLIS);
  }
}
