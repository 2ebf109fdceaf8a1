package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes are the same in each form, and shared where that can be. */
class BytesTest {

  private static final int MIB = 1 << 20;
  private static final byte[] ARRAY = {1, 2, 3, 4, 5};

  static List<ByteString> forms() {
    ByteString large = ByteString.copyFrom(new byte[1 << 20]);
    return List.of(
        ByteString.EMPTY,
        ByteString.copyFrom(ARRAY),
        UnsafeByteOperations.unsafeWrap(ARRAY),
        UnsafeByteOperations.unsafeWrap(ARRAY, 1, 3),
        UnsafeByteOperations.unsafeWrap(ByteBuffer.wrap(ARRAY).asReadOnlyBuffer()),
        large.substring(1),
        large.concat(ByteString.copyFrom(ARRAY)).concat(large));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void theBytesAreTheSame(ByteString bytes) {
    assertThat(Bytes.of(bytes)).isEqualTo(bytes.toByteArray());
    assertThat(Bytes.buffer(bytes).getBytes()).isEqualTo(bytes.toByteArray());
  }

  @Test
  void aWholeArrayIsShared() {
    assertThat(Bytes.of(UnsafeByteOperations.unsafeWrap(ARRAY))).isSameAs(ARRAY);
  }

  /** A value that is kept would keep all of a buffer with room for twice as much. */
  @Test
  void aLargeFieldKeepsNoMoreThanItsMessage() throws Exception {
    KvPutRequest put =
        KvPutRequest.newBuilder().setKey("k").setValue(ByteString.copyFrom(new byte[MIB])).build();
    Buffer grown = Buffer.buffer(2 * MIB).appendBytes(put.toByteArray());
    KvPutRequest parsed = Bytes.parse(KvPutRequest.parser(), grown);
    assertThat(parsed).isEqualTo(put);
    assertThat(kept(parsed.getValue())).isLessThan(MIB + 1_000);
  }

  private static int kept(ByteString value) throws IOException {
    AtomicInteger kept = new AtomicInteger();
    UnsafeByteOperations.unsafeWriteTo(
        value,
        new ByteOutput() {
          @Override
          public void writeLazy(byte[] array, int offset, int length) {
            kept.addAndGet(array.length);
          }

          @Override
          public void write(byte[] array, int offset, int length) {
            kept.addAndGet(array.length);
          }

          @Override
          public void writeLazy(ByteBuffer part) {
            kept.addAndGet(part.capacity());
          }

          @Override
          public void write(ByteBuffer part) {
            kept.addAndGet(part.capacity());
          }

          @Override
          public void write(byte one) {
            kept.incrementAndGet();
          }
        });
    return kept.get();
  }
}
