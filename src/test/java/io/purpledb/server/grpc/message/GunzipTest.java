package io.purpledb.server.grpc.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole gzip members are decompressed up to a bound, anything else is refused. */
class GunzipTest {

  private static final int MAX = 100_000;

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
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

  /** RFC 1952, section 2.2: the parts of a file that was written in turns. */
  @Test
  void membersFollowEachOther() throws Exception {
    byte[] three = join(gzip(random(10)), gzip(new byte[0]), gzip(random(5_000)));
    byte[] all = join(random(10), random(5_000));
    assertThat(Gunzip.inflate(three, MAX)).isEqualTo(all);
    assertThat(Gunzip.inflate(three, all.length)).isEqualTo(all);
    assertThat(Gunzip.inflate(three, all.length - 1)).hasSize(all.length);
    assertThat(Gunzip.inflate(three, 10)).hasSize(11);
    assertThat(Gunzip.inflate(join(gzip(random(10)), gzip(new byte[0])), 10)).hasSize(10);
  }

  @Test
  void whatFollowsMustBeAMember() throws Exception {
    for (byte[] rest : new byte[][] {{0}, random(30), gzip(random(20))}) {
      byte[] wrong = join(gzip(random(10)), rest);
      wrong[wrong.length - 1] ^= 1;
      assertThatThrownBy(() -> Gunzip.inflate(wrong, MAX)).isInstanceOf(IOException.class);
    }
  }

  /** Each costs the same, however little comes of it. */
  @Test
  void membersAreNotWithoutNumber() throws Exception {
    byte[] empty = gzip(new byte[0]);
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < 10_000; i++) {
      many.writeBytes(empty);
    }
    assertThat(Gunzip.inflate(many.toByteArray(), MAX)).isEmpty();
    many.writeBytes(empty);
    assertThatThrownBy(() -> Gunzip.inflate(many.toByteArray(), MAX))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 10000 members");
  }

  /** A member whose header has all that it may have. */
  private static byte[] withFullHeader(byte[] content) throws IOException {
    byte[] plain = gzip(content);
    ByteArrayOutputStream full = new ByteArrayOutputStream();
    full.writeBytes(Arrays.copyOf(plain, 10));
    full.writeBytes(new byte[] {3, 0, 'a', 'b', 'c'}); // FEXTRA
    full.writeBytes(new byte[] {'n', 'a', 'm', 'e', 0}); // FNAME
    full.writeBytes(new byte[] {'!', 0}); // FCOMMENT
    byte[] header = full.toByteArray();
    header[3] = 0x1f; // all flags
    CRC32 checksum = new CRC32();
    checksum.update(header);
    byte[] crc = {(byte) checksum.getValue(), (byte) (checksum.getValue() >>> 8)}; // FHCRC
    return join(header, crc, Arrays.copyOfRange(plain, 10, plain.length));
  }

  @Test
  void aHeaderMayHaveAllThatItMayHave() throws Exception {
    byte[] full = withFullHeader(random(100));
    assertThat(Gunzip.inflate(full, MAX)).isEqualTo(random(100));
    assertThat(Gunzip.inflate(join(full, full), MAX)).isEqualTo(join(random(100), random(100)));
    for (int i = 0; i < full.length; i++) {
      byte[] cut = Arrays.copyOf(full, i);
      assertThatThrownBy(() -> Gunzip.inflate(cut, MAX)).isInstanceOf(IOException.class);
      byte[] wrong = full.clone();
      wrong[i] ^= 2; // the header has a checksum here
      assertThatThrownBy(() -> Gunzip.inflate(wrong, MAX))
          .as("byte %d", i)
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x20, 0x40, 0x80})
  void aFlagThatIsNoneIsRefused(int flag) throws Exception {
    byte[] wrong = gzip(random(100));
    wrong[3] = (byte) flag;
    assertThatThrownBy(() -> Gunzip.inflate(wrong, MAX))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no gzip header");
  }

  @Test
  void anyFlippedBitOrMissingEndIsRefused() throws Exception {
    byte[] right = gzip(random(100));
    for (int i = 0; i < right.length; i++) {
      byte[] wrong = right.clone();
      wrong[i] ^= 1;
      int at = i;
      // whether it is text, time, compression level and system mean nothing here
      boolean free = i >= 3 && i < 10;
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
