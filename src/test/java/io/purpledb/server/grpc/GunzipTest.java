package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One whole gzip member is decompressed up to a bound, anything else is refused. */
class GunzipTest {

  private static final int MAX = 100_000;

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000, MAX - 1, MAX})
  void whatFitsIsDecompressed(int size) throws Exception {
    assertThat(Gunzip.inflate(gzip(random(size)), MAX)).isEqualTo(random(size));
    assertThat(Gunzip.inflate(gzip(new byte[size]), MAX)).isEqualTo(new byte[size]);
  }

  @ParameterizedTest
  @ValueSource(ints = {MAX + 1, 100 * MAX})
  void moreStopsAtTheBound(int size) throws Exception {
    assertThat(Gunzip.inflate(gzip(new byte[size]), MAX)).hasSize(MAX + 1);
  }

  @Test
  void aSecondMemberIsRefused() throws Exception {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(gzip(random(10)));
    two.writeBytes(gzip(new byte[0]));
    assertThatThrownBy(() -> Gunzip.inflate(two.toByteArray(), MAX))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("28 bytes follow its content (expected: 8)");
  }

  @Test
  void anyFlippedBitOrMissingEndIsRefused() throws Exception {
    byte[] right = gzip(random(100));
    for (int i = 0; i < right.length; i++) {
      byte[] wrong = right.clone();
      wrong[i] ^= 1;
      int at = i;
      boolean free = i >= 4 && i < 10; // time, compression level and system mean nothing here
      if (!free) {
        assertThatThrownBy(() -> Gunzip.inflate(wrong, MAX))
            .as("byte %d", at)
            .isInstanceOf(IOException.class);
      }
      assertThatThrownBy(() -> Gunzip.inflate(Arrays.copyOf(right, at), MAX))
          .isInstanceOf(IOException.class);
    }
  }
}
