package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.INVALID;
import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.message.Failure.Kind.TOO_LARGE;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.Callers;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.client.ServiceClient;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The KV store: bytes under keys, until they are deleted. */
@OnEveryCell("kv")
final class KvConformanceTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("value");

  private final Cell cell;
  private final ServiceClient purple;
  private final String key;

  KvConformanceTest(Cell cell) {
    this.cell = cell;
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  void anUnknownKeyIsNotFound() {
    assertThat(refusal(NOT_FOUND, purple.kvGet(key)).text()).isEqualTo("no value found for " + key);
  }

  @Test
  void aValueIsKept() {
    value(purple.kvPut(key, VALUE));
    assertThat(value(purple.kvGet(key))).isEqualTo(VALUE);
    assertThat(value(purple.kvGet(key))).isEqualTo(VALUE);
  }

  @Test
  void puttingOverwrites() {
    value(purple.kvPut(key, ByteString.copyFromUtf8("a much longer value")));
    value(purple.kvPut(key, VALUE));
    assertThat(value(purple.kvGet(key))).isEqualTo(VALUE);
    value(purple.kvPut(key, VALUE));
    assertThat(value(purple.kvGet(key))).isEqualTo(VALUE);
  }

  @Test
  void aDeletedValueIsNotFound() {
    value(purple.kvPut(key, VALUE));
    value(purple.kvDelete(key));
    refusal(NOT_FOUND, purple.kvGet(key));
    refusal(NOT_FOUND, purple.kvDelete(key));
  }

  @Test
  void deletingAnUnknownKeyIsNotFound() {
    assertThat(refusal(NOT_FOUND, purple.kvDelete(key)).text())
        .isEqualTo("no value found for " + key);
  }

  @Test
  void aDeletedKeyCanBePutAgain() {
    value(purple.kvPut(key, VALUE));
    value(purple.kvDelete(key));
    value(purple.kvPut(key, ByteString.copyFromUtf8("again")));
    assertThat(value(purple.kvGet(key))).isEqualTo(ByteString.copyFromUtf8("again"));
  }

  @Test
  void anEmptyValueIsAValue() {
    value(purple.kvPut(key, ByteString.EMPTY));
    assertThat(value(purple.kvGet(key))).isEqualTo(ByteString.EMPTY);
    value(purple.kvDelete(key));
    refusal(NOT_FOUND, purple.kvGet(key));
  }

  @Test
  void allBytesAreKept() {
    byte[] all = new byte[256];
    for (int b = 0; b < all.length; b++) {
      all[b] = (byte) b;
    }
    value(purple.kvPut(key, ByteString.copyFrom(all)));
    assertThat(value(purple.kvGet(key))).isEqualTo(ByteString.copyFrom(all));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "-5",
        "\"a\"",
        "{\"content\": \"a\"}",
        "SGVsbG8=",
        "a\r\nb",
        " a\0 "
      })
  void aValueThatLooksLikeSomethingElseIsKept(String text) {
    value(purple.kvPut(key, ByteString.copyFromUtf8(text)));
    assertThat(value(purple.kvGet(key))).isEqualTo(ByteString.copyFromUtf8(text));
  }

  @Test
  void theLargestValueIsKeptAndOneByteMoreIsRefused() {
    ByteString largest = ByteString.copyFrom(new byte[TestConfigs.MAX_VALUE_BYTES]);
    value(purple.kvPut(key, largest));
    assertThat(value(purple.kvGet(key))).isEqualTo(largest);

    refusal(TOO_LARGE, purple.kvPut(key, largest.concat(ByteString.copyFromUtf8("a"))));
    assertThat(value(purple.kvGet(key))).isEqualTo(largest);
  }

  @AwkwardText.Each
  void anAwkwardKeyIsKeptExactly(AwkwardText awkward) {
    ByteString fresh = ByteString.copyFromUtf8(cell.newKey());
    value(purple.kvPut(awkward.text, fresh));
    assertThat(value(purple.kvGet(awkward.text))).isEqualTo(fresh);
    value(purple.kvDelete(awkward.text));
    assertThat(refusal(NOT_FOUND, purple.kvGet(awkward.text)).text()).startsWith("no value found");
  }

  @Test
  void awkwardKeysAreKeptApart() {
    Map<String, ByteString> written = new LinkedHashMap<>();
    AwkwardText.all().forEach(text -> written.put(text, ByteString.copyFromUtf8(cell.newKey())));
    written.forEach((text, fresh) -> value(purple.kvPut(text, fresh)));
    written.forEach((text, fresh) -> assertThat(value(purple.kvGet(text))).isEqualTo(fresh));
  }

  @BadText.Each
  void aBadKeyIsRefused(BadText bad) {
    refusal(INVALID, purple.kvGet(bad.text));
    refusal(INVALID, purple.kvPut(bad.text, VALUE));
    refusal(INVALID, purple.kvDelete(bad.text));
  }

  @Test
  void anEmptyKeyIsRefused() {
    refusal(INVALID, purple.kvGet(""));
    refusal(INVALID, purple.kvPut("", VALUE));
    refusal(INVALID, purple.kvDelete(""));
  }

  @Test
  void ofManyValuesPutAtOnceOneIsKeptWhole() {
    List<ByteString> whole =
        IntStream.range(0, Callers.COUNT).mapToObj(KvConformanceTest::wholeValue).toList();
    value(purple.kvPut(key, whole.get(0)));
    List<ByteString> read =
        Callers.run(
            cell.turns(8),
            (caller, turn) ->
                purple.kvPut(key, whole.get(caller)).thenCompose(done -> purple.kvGet(key)));
    assertThat(whole).containsAll(read).contains(value(purple.kvGet(key)));
  }

  @Test
  void ofManyCallersExactlyOneDeletes() {
    for (int round = 0; round < cell.turns(8); round++) {
      value(purple.kvPut(key, VALUE));
      List<Boolean> deleted = Callers.run(1, (caller, turn) -> succeeds(purple.kvDelete(key)));
      assertThat(deleted).containsOnlyOnce(true);
    }
  }

  @Test
  void puttingAndDeletingAtOnceLeavesTheValueOrNone() {
    List<Boolean> deleted =
        Callers.run(
            cell.turns(8),
            (caller, turn) ->
                caller % 2 == 0
                    ? purple.kvPut(key, VALUE).thenApply(done -> false)
                    : succeeds(purple.kvDelete(key)));
    assertThat(deleted.stream().filter(done -> done).count())
        .isLessThanOrEqualTo(Callers.COUNT * 4);
    value(purple.kvPut(key, VALUE));
    value(purple.kvDelete(key));
    refusal(NOT_FOUND, purple.kvGet(key));
  }

  /** A value that shows when it is mixed with another. */
  private static ByteString wholeValue(int caller) {
    byte[] bytes = new byte[TestConfigs.MAX_VALUE_BYTES - caller];
    Arrays.fill(bytes, (byte) caller);
    return ByteString.copyFrom(bytes);
  }

  /** Whether a request succeeds; false when it is refused as not found. */
  private static CompletableFuture<Boolean> succeeds(CompletableFuture<?> answer) {
    return answer
        .handle((done, failure) -> failure == null)
        .thenApply(
            done -> {
              if (!done) {
                refusal(NOT_FOUND, answer);
              }
              return done;
            });
  }
}
