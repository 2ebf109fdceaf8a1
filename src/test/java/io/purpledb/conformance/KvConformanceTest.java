package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.INVALID;
import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.message.Failure.Kind.TOO_LARGE;
import static io.purpledb.support.Await.refusal;
import static io.purpledb.support.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.Callers;
import io.purpledb.support.Door;
import io.purpledb.support.TestConfigs;
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
  private final Door door;
  private final String key;

  KvConformanceTest(Cell cell) {
    this.cell = cell;
    this.door = cell.door();
    this.key = cell.newKey();
  }

  @Test
  void anUnknownKeyIsNotFound() {
    assertThat(refusal(NOT_FOUND, door.kvGet(key)).text()).isEqualTo("no value found for " + key);
  }

  @Test
  void aValueIsKept() {
    value(door.kvPut(key, VALUE));
    assertThat(value(door.kvGet(key))).isEqualTo(VALUE);
    assertThat(value(door.kvGet(key))).isEqualTo(VALUE);
  }

  @Test
  void puttingOverwrites() {
    value(door.kvPut(key, ByteString.copyFromUtf8("a much longer value")));
    value(door.kvPut(key, VALUE));
    assertThat(value(door.kvGet(key))).isEqualTo(VALUE);
    value(door.kvPut(key, VALUE));
    assertThat(value(door.kvGet(key))).isEqualTo(VALUE);
  }

  @Test
  void aDeletedValueIsNotFound() {
    value(door.kvPut(key, VALUE));
    value(door.kvDelete(key));
    refusal(NOT_FOUND, door.kvGet(key));
    refusal(NOT_FOUND, door.kvDelete(key));
  }

  @Test
  void deletingAnUnknownKeyIsNotFound() {
    assertThat(refusal(NOT_FOUND, door.kvDelete(key)).text())
        .isEqualTo("no value found for " + key);
  }

  @Test
  void aDeletedKeyCanBePutAgain() {
    value(door.kvPut(key, VALUE));
    value(door.kvDelete(key));
    value(door.kvPut(key, ByteString.copyFromUtf8("again")));
    assertThat(value(door.kvGet(key))).isEqualTo(ByteString.copyFromUtf8("again"));
  }

  @Test
  void anEmptyValueIsAValue() {
    value(door.kvPut(key, ByteString.EMPTY));
    assertThat(value(door.kvGet(key))).isEqualTo(ByteString.EMPTY);
    value(door.kvDelete(key));
    refusal(NOT_FOUND, door.kvGet(key));
  }

  @Test
  void allBytesAreKept() {
    byte[] all = new byte[256];
    for (int b = 0; b < all.length; b++) {
      all[b] = (byte) b;
    }
    value(door.kvPut(key, ByteString.copyFrom(all)));
    assertThat(value(door.kvGet(key))).isEqualTo(ByteString.copyFrom(all));
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
    value(door.kvPut(key, ByteString.copyFromUtf8(text)));
    assertThat(value(door.kvGet(key))).isEqualTo(ByteString.copyFromUtf8(text));
  }

  @Test
  void theLargestValueIsKeptAndOneByteMoreIsRefused() {
    ByteString largest = ByteString.copyFrom(new byte[TestConfigs.MAX_VALUE_BYTES]);
    value(door.kvPut(key, largest));
    assertThat(value(door.kvGet(key))).isEqualTo(largest);

    refusal(TOO_LARGE, door.kvPut(key, largest.concat(ByteString.copyFromUtf8("a"))));
    assertThat(value(door.kvGet(key))).isEqualTo(largest);
  }

  @AwkwardText.Each
  void anAwkwardKeyIsKeptExactly(AwkwardText awkward) {
    ByteString fresh = ByteString.copyFromUtf8(cell.newKey());
    value(door.kvPut(awkward.text, fresh));
    assertThat(value(door.kvGet(awkward.text))).isEqualTo(fresh);
    value(door.kvDelete(awkward.text));
    assertThat(refusal(NOT_FOUND, door.kvGet(awkward.text)).text()).startsWith("no value found");
  }

  @Test
  void awkwardKeysAreKeptApart() {
    Map<String, ByteString> written = new LinkedHashMap<>();
    AwkwardText.all().forEach(text -> written.put(text, ByteString.copyFromUtf8(cell.newKey())));
    written.forEach((text, fresh) -> value(door.kvPut(text, fresh)));
    written.forEach((text, fresh) -> assertThat(value(door.kvGet(text))).isEqualTo(fresh));
  }

  @BadText.Each
  void aBadKeyIsRefused(BadText bad) {
    refusal(INVALID, door.kvGet(bad.text));
    refusal(INVALID, door.kvPut(bad.text, VALUE));
    refusal(INVALID, door.kvDelete(bad.text));
  }

  @Test
  void anEmptyKeyIsRefused() {
    refusal(INVALID, door.kvGet(""));
    refusal(INVALID, door.kvPut("", VALUE));
    refusal(INVALID, door.kvDelete(""));
  }

  @Test
  void ofManyValuesPutAtOnceOneIsKeptWhole() {
    List<ByteString> whole =
        IntStream.range(0, Callers.COUNT).mapToObj(KvConformanceTest::wholeValue).toList();
    value(door.kvPut(key, whole.get(0)));
    List<ByteString> read =
        Callers.run(
            cell.turns(8),
            (caller, turn) ->
                door.kvPut(key, whole.get(caller)).thenCompose(done -> door.kvGet(key)));
    assertThat(whole).containsAll(read).contains(value(door.kvGet(key)));
  }

  @Test
  void ofManyCallersExactlyOneDeletes() {
    for (int round = 0; round < cell.turns(8); round++) {
      value(door.kvPut(key, VALUE));
      List<Boolean> deleted = Callers.run(1, (caller, turn) -> succeeds(door.kvDelete(key)));
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
                    ? door.kvPut(key, VALUE).thenApply(done -> false)
                    : succeeds(door.kvDelete(key)));
    assertThat(deleted.stream().filter(done -> done).count())
        .isLessThanOrEqualTo(Callers.COUNT * 4);
    value(door.kvPut(key, VALUE));
    value(door.kvDelete(key));
    refusal(NOT_FOUND, door.kvGet(key));
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
