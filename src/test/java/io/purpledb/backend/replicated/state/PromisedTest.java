package io.purpledb.backend.replicated.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class PromisedTest {

  private static final ByteString CLIENT = ByteString.copyFromUtf8("a client");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
  private final Promised promised = new Promised(1_000, nanos::get);

  @Test
  void aWriteThatIsAppliedNeedsItNoMore() {
    promised.add(CLIENT, 1, 10);
    promised.add(CLIENT, 2, 20);
    assertThat(promised.bytes()).isEqualTo(30);
    promised.remove(CLIENT, 1);
    promised.remove(CLIENT, 1);
    promised.remove(ByteString.EMPTY, 2);
    assertThat(promised.bytes()).isEqualTo(20);
  }

  @Test
  void aWriteThatIsSentAgainHasOne() {
    promised.add(CLIENT, 1, 10);
    promised.add(CLIENT, 1, 15);
    assertThat(promised.bytes()).isEqualTo(15);
  }

  @Test
  void aWriteThatIsNeverAppliedGivesItBack() {
    promised.add(CLIENT, 1, 10);
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
    promised.add(CLIENT, 2, 20);
    promised.forgetOld();
    assertThat(promised.bytes()).isEqualTo(30);
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    promised.forgetOld();
    assertThat(promised.bytes()).isEqualTo(20);
  }
}
