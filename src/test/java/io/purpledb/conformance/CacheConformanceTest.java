package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.INVALID;
import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.message.Failure.Kind.TOO_LARGE;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.Callers;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.client.ServiceClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache: text, for a limited time. */
@OnEveryCell("cache")
final class CacheConformanceTest {

  private static final long DEFAULT_MILLIS = 5_000;
  private static final long MAX_SECONDS = 315_360_000;
  private static final long HOUR = 3_600;

  private final Cell cell;
  private final ServiceClient purple;
  private final String key;

  CacheConformanceTest(Cell cell) {
    this.cell = cell;
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  void anUnknownKeyIsNotFound() {
    assertThat(refusal(NOT_FOUND, purple.cacheGet(key)).text())
        .isEqualTo("no value found for " + key);
  }

  @Test
  void aValueIsKept() {
    value(purple.cacheSet(key, "value", HOUR));
    assertThat(value(purple.cacheGet(key))).isEqualTo("value");
    assertThat(value(purple.cacheGet(key))).isEqualTo("value");
  }

  @Test
  void settingOverwritesTheValue() {
    value(purple.cacheSet(key, "a much longer value", HOUR));
    value(purple.cacheSet(key, "b", HOUR));
    assertThat(value(purple.cacheGet(key))).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 60, MAX_SECONDS})
  void anEntryIsAliveUntilItsDeadlineAndGoneAtIt(long ttlSeconds) {
    value(purple.cacheSet(key, "value", ttlSeconds));
    diesAfter(ttlSeconds == 0 ? DEFAULT_MILLIS : ttlSeconds * 1_000);
  }

  @Test
  void readingDoesNotLengthenALife() {
    value(purple.cacheSet(key, "value", 5));
    cell.time().advance(3_000);
    value(purple.cacheGet(key));
    diesAfter(2_000);
  }

  @Test
  void settingAgainStartsTheTimeAnew() {
    value(purple.cacheSet(key, "value", 5));
    cell.time().advance(3_000);
    value(purple.cacheSet(key, "value", 5));
    diesAfter(5_000);
  }

  @Test
  void settingAgainMayShortenALife() {
    value(purple.cacheSet(key, "value", HOUR));
    value(purple.cacheSet(key, "value", 5));
    diesAfter(5_000);
  }

  @Test
  void settingAgainWithoutATimeMeansTheDefault() {
    value(purple.cacheSet(key, "value", HOUR));
    value(purple.cacheSet(key, "value", 0));
    diesAfter(DEFAULT_MILLIS);
  }

  @Test
  void anExpiredKeyCanBeSetAgain() {
    value(purple.cacheSet(key, "old", 1));
    cell.time().advance(1_000);
    refusal(NOT_FOUND, purple.cacheGet(key));
    value(purple.cacheSet(key, "value", 5));
    diesAfter(5_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, MAX_SECONDS + 1, Long.MAX_VALUE})
  void aTimeToLiveOutOfRangeIsRefused(long ttlSeconds) {
    value(purple.cacheSet(key, "before", HOUR));
    assertThat(refusal(INVALID, purple.cacheSet(key, "after", ttlSeconds)).text())
        .containsPattern("^ttl(_seconds)?: " + ttlSeconds + " ") // as each protocol calls it
        .contains("expected");
    assertThat(value(purple.cacheGet(key))).isEqualTo("before");
  }

  @AwkwardText.Each
  void anAwkwardValueIsKeptExactly(AwkwardText awkward) {
    value(purple.cacheSet(key, awkward.text, HOUR));
    assertThat(value(purple.cacheGet(key))).isEqualTo(awkward.text);
  }

  @Test
  void theLargestValueIsKeptAndOneByteMoreIsRefused() {
    for (String largest :
        List.of("a".repeat(4096), "\u00e9".repeat(2048), "\u20ac".repeat(1365) + "a")) {
      assertThat(largest.getBytes(java.nio.charset.StandardCharsets.UTF_8))
          .hasSize(TestConfigs.MAX_VALUE_BYTES);
      value(purple.cacheSet(key, largest, HOUR));
      refusal(TOO_LARGE, purple.cacheSet(key, largest + "a", HOUR));
      assertThat(value(purple.cacheGet(key))).isEqualTo(largest);
    }
  }

  @Test
  void anEmptyValueIsRefused() {
    refusal(INVALID, purple.cacheSet(key, "", HOUR));
    refusal(NOT_FOUND, purple.cacheGet(key));
  }

  @ParameterizedTest
  @EnumSource(value = BadText.class, mode = EnumSource.Mode.MATCH_ANY, names = ".*SURROGATE.*")
  void aValueThatIsNotUnicodeIsRefused(BadText bad) {
    refusal(INVALID, purple.cacheSet(key, bad.text, HOUR));
    refusal(NOT_FOUND, purple.cacheGet(key));
  }

  @AwkwardText.Each
  void anAwkwardKeyIsKeptExactly(AwkwardText awkward) {
    String fresh = cell.newKey();
    value(purple.cacheSet(awkward.text, fresh, HOUR));
    assertThat(value(purple.cacheGet(awkward.text))).isEqualTo(fresh);
  }

  @Test
  void awkwardKeysAreKeptApart() {
    Map<String, String> written = new LinkedHashMap<>();
    AwkwardText.all().forEach(text -> written.put(text, cell.newKey()));
    written.forEach((text, fresh) -> value(purple.cacheSet(text, fresh, HOUR)));
    written.forEach((text, fresh) -> assertThat(value(purple.cacheGet(text))).isEqualTo(fresh));
  }

  @BadText.Each
  void aBadKeyIsRefused(BadText bad) {
    refusal(INVALID, purple.cacheGet(bad.text));
    refusal(INVALID, purple.cacheSet(bad.text, "value", HOUR));
  }

  @Test
  void anEmptyKeyIsRefused() {
    refusal(INVALID, purple.cacheGet(""));
    refusal(INVALID, purple.cacheSet("", "value", HOUR));
  }

  @Test
  void ofManyValuesSetAtOnceOneIsKeptWhole() {
    List<String> whole =
        IntStream.range(0, Callers.COUNT)
            .mapToObj(caller -> Character.toString('0' + caller).repeat(4000 - caller))
            .toList();
    List<String> read =
        Callers.run(
            cell.turns(8),
            (caller, turn) ->
                purple
                    .cacheSet(key, whole.get(caller), HOUR)
                    .thenCompose(done -> purple.cacheGet(key)));
    assertThat(whole).containsAll(read).contains(value(purple.cacheGet(key)));
  }

  @Test
  void manyCallersAtOnceKeepTheirOwnEntries() {
    Callers.run(4, (caller, turn) -> purple.cacheSet(key + caller, caller + "." + turn, HOUR));
    List<String> values = Callers.run(1, (caller, turn) -> purple.cacheGet(key + caller));
    assertThat(values)
        .isEqualTo(IntStream.range(0, Callers.COUNT).mapToObj(caller -> caller + ".3").toList());
  }

  /** Checks that the entry is alive just before a time from now, in milliseconds, and gone then. */
  private void diesAfter(long millis) {
    long untilGrace = millis - cell.time().graceMillis();
    if (untilGrace > 0) {
      cell.time().advance(untilGrace);
      assertThat(value(purple.cacheGet(key))).isEqualTo("value");
    }
    cell.time().advance(millis - Math.max(0, untilGrace));
    refusal(NOT_FOUND, purple.cacheGet(key));
    refusal(NOT_FOUND, purple.cacheGet(key));
  }
}
