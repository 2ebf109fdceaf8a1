package io.purpledb.backend.replicated.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OpenWritesTest {

  @Test
  void theOldestIsTheLowestThatHasNotEnded() {
    OpenWrites writes = new OpenWrites();
    long first = writes.begin();
    long second = writes.begin();
    long third = writes.begin();
    assertThat(third).isGreaterThan(second);
    assertThat(second).isGreaterThan(first);
    assertThat(writes.oldest()).isEqualTo(first);
    writes.end(second);
    assertThat(writes.oldest()).isEqualTo(first);
    writes.end(first);
    assertThat(writes.oldest()).isEqualTo(third);
  }
}
