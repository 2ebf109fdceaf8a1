package io.purpledb.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes are the same in each form, and shared where that can be. */
class BytesTest {

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
}
