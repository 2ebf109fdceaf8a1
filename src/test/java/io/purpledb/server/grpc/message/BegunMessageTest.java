package io.purpledb.server.grpc.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BegunMessageTest {

  private static final int BYTES = 300_000;

  private final BegunMessage begun = new BegunMessage();
  private final Random random = new Random(1);

  @Test
  void whatComesInPiecesIsOneArrayOfJustItsSize() {
    for (int most : new int[] {1, 100, 5_000, 1 << 17}) {
      byte[] all = new byte[BYTES];
      random.nextBytes(all);
      Buffer whole = Buffer.buffer(all);
      int at = 0;
      while (at < all.length) {
        int end = Math.min(all.length, at + 1 + random.nextInt(most));
        begun.add(whole.slice(at, end));
        at = end;
      }
      assertThat(begun.length()).isEqualTo(BYTES);
      assertThat(begun.take()).isEqualTo(all);
      assertThat(begun.length()).isZero();
    }
  }

  @Test
  void whatIsDroppedIsGone() {
    begun.add(Buffer.buffer(new byte[BYTES]));
    begun.drop();
    begun.add(Buffer.buffer("next"));
    assertThat(begun.take()).isEqualTo("next".getBytes(UTF_8));
  }
}
