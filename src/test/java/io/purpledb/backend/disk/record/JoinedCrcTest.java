package io.purpledb.backend.disk.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class JoinedCrcTest {

  @Test
  void theSumsOfPartsMakeTheSumOfAll() {
    Random random = new Random(1);
    for (int length = 0; length < 300; length += 7) {
      byte[] all = new byte[length];
      random.nextBytes(all);
      int first = random.nextInt(length + 1);
      assertThat(JoinedCrc.of(crc(all, 0, first), crc(all, first, length), length - first))
          .isEqualTo(crc(all, 0, length));
    }
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
