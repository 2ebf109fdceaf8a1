package io.purpledb.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Operation;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.Right;
import io.purpledb.v1.SetAddRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the contract declares beside types, and that nothing of it is forgotten. */
class FieldChecksTest {

  static final List<Operation> OPERATIONS = Operation.ALL;

  private static void check(Message request) {
    FieldChecks.of(request, 3).check(request);
  }

  /** The right of a method that is not said is not to be taken for none. */
  @ParameterizedTest
  @FieldSource("OPERATIONS")
  void everyOperationSaysWhatItNeeds(Operation operation) {
    Right needed = operation.isRead() ? Right.RIGHT_READ : Right.RIGHT_WRITE;
    assertThat(operation.right()).isEqualTo(needed);
    assertThatCode(() -> FieldChecks.of(operation.request(), 1)).doesNotThrowAnyException();
  }

  @Test
  void onlyIncrementsAreNotSafeToRepeat() {
    assertThat(OPERATIONS.stream().filter(o -> !o.isSafeToRepeat()).map(Operation::id))
        .containsExactly("counterIncrement");
  }

  @Test
  void aTextWithoutBoundsEndsTheStart() {
    assertThatThrownBy(() -> FieldChecks.of(TestCountRequest.getDefaultInstance(), 1))
        .hasMessage(
            "purple.test.v1.TestCountRequest.key has no bounds (expected: the option bounds)");
  }

  @Test
  void everyBoundedFieldIsChecked() {
    assertThatThrownBy(() -> check(SetAddRequest.newBuilder().setKey("k").build()))
        .hasMessage("item: \"\" is 0 bytes of UTF-8 (expected: 1 to 1024)");
    assertThatThrownBy(
            () ->
                check(
                    KvPutRequest.newBuilder()
                        .setKey("k")
                        .setValue(ByteString.copyFromUtf8("abcd"))
                        .build()))
        .hasMessage("value: 4 bytes (expected: 0 to 3 bytes, the server's max-value-bytes)");
    assertThatThrownBy(
            () ->
                check(
                    CacheSetRequest.newBuilder()
                        .setKey("k")
                        .setValue("v")
                        .setTtlSeconds(315_360_001)
                        .build()))
        .hasMessage(
            "ttl_seconds: 315360001 (expected: 0 to 315360000 seconds; 0 means the default)");
  }
}
