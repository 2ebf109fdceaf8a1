package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.redis.connection.RedisHealth;
import io.purpledb.backend.redis.connection.RedisPermission;
import io.purpledb.message.Failure;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import org.junit.jupiter.api.Test;

/** When refusals are taken for an outage. */
class RedisPermissionTest {

  private static final Request WRITE = Request.cmd(Command.SET);
  private static final Request READ = Request.cmd(Command.GET);
  private final Failure refusal =
      Failure.unavailable("redis: NOPERM this user has no permissions to run the 'set' command");

  private final RedisPermission permission = new RedisPermission();

  @Test
  void manyRefusalsWithoutAWriteAmongThem() {
    refuse(RedisPermission.REFUSALS - 1, 0);
    assertThat(permission.check(0).succeeded()).isTrue();

    refuse(1, 0);
    permission.executed(READ);
    assertThat(permission.check(0).cause()).isSameAs(refusal);

    permission.executed(WRITE);
    assertThat(permission.check(0).succeeded()).isTrue();
    refuse(RedisPermission.REFUSALS - 1, 0);
    assertThat(permission.check(0).succeeded()).isTrue();
  }

  @Test
  void areForgottenWhenNoRequestComes() {
    long last = Long.MAX_VALUE - RedisPermission.FORGOTTEN_NANOS / 2; // nanoTime may overflow
    refuse(RedisPermission.REFUSALS, last);
    assertThat(permission.check(last + RedisPermission.FORGOTTEN_NANOS - 1).failed()).isTrue();
    assertThat(permission.check(last + RedisPermission.FORGOTTEN_NANOS).succeeded()).isTrue();
  }

  @Test
  void otherFailuresAndTheQuestionOfHealthDoNotCount() {
    for (int i = 0; i < RedisPermission.REFUSALS; i++) {
      permission.refused(Request.cmd(RedisHealth.WRITE_OF_NOTHING), refusal, 0);
      permission.refused(WRITE, Failure.unavailable("redis: LOADING"), 0);
      permission.refused(WRITE, new IllegalStateException(), 0);
    }
    assertThat(permission.check(0).succeeded()).isTrue();
  }

  private void refuse(int times, long nowNanos) {
    for (int i = 0; i < times; i++) {
      permission.refused(WRITE, refusal, nowNanos);
    }
  }
}
