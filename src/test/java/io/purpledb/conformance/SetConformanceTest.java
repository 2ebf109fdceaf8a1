package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.INVALID;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.Callers;
import io.purpledb.support.client.ServiceClient;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sets: text items, each once, sorted by their UTF-8 bytes. */
@OnEveryCell("set")
final class SetConformanceTest {

  private static final Comparator<String> BY_UTF8_BYTES =
      Comparator.comparing(
          ByteString::copyFromUtf8, ByteString.unsignedLexicographicalComparator());

  private final Cell cell;
  private final ServiceClient purple;
  private final String key;

  SetConformanceTest(Cell cell) {
    this.cell = cell;
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  void anUnknownSetIsEmpty() {
    assertThat(value(purple.setGet(key))).isEmpty();
  }

  @Test
  void addingAnswersTheResultingSet() {
    assertThat(value(purple.setAdd(key, "b"))).containsExactly("b");
    assertThat(value(purple.setAdd(key, "c"))).containsExactly("b", "c");
    assertThat(value(purple.setAdd(key, "a"))).containsExactly("a", "b", "c");
    assertThat(value(purple.setGet(key))).containsExactly("a", "b", "c");
  }

  @Test
  void anItemIsThereOnce() {
    value(purple.setAdd(key, "a"));
    assertThat(value(purple.setAdd(key, "a"))).containsExactly("a");
    assertThat(value(purple.setGet(key))).containsExactly("a");
    assertThat(value(purple.setRemove(key, "a"))).isEmpty();
  }

  @Test
  void removingAnswersTheResultingSet() {
    List.of("a", "b", "c").forEach(item -> value(purple.setAdd(key, item)));
    assertThat(value(purple.setRemove(key, "b"))).containsExactly("a", "c");
    assertThat(value(purple.setGet(key))).containsExactly("a", "c");
  }

  @Test
  void removingTheLastItemEndsTheSet() {
    value(purple.setAdd(key, "a"));
    assertThat(value(purple.setRemove(key, "a"))).isEmpty();
    assertThat(value(purple.setGet(key))).isEmpty();
    assertThat(value(purple.setAdd(key, "b"))).containsExactly("b");
  }

  @Test
  void removingWhatIsNotThereIsNoError() {
    assertThat(value(purple.setRemove(key, "a"))).isEmpty();
    assertThat(value(purple.setGet(key))).isEmpty();
    value(purple.setAdd(key, "b"));
    assertThat(value(purple.setRemove(key, "a"))).containsExactly("b");
  }

  @Test
  void itemsAreSortedByTheirUtf8Bytes() {
    List<String> sorted =
        List.of(
            "A",
            "B",
            "Z",
            "a",
            "aa",
            "ab",
            "b",
            "\u00e9",
            "\u0416",
            "\ue000",
            "\uffff",
            "\ud800\udc00",
            "\ud83d\ude00",
            "\udbff\udfff");
    for (int i = 0; i < sorted.size(); i++) {
      value(
          purple.setAdd(key, sorted.get(i * 5 % sorted.size()))); // 5 and the size have no divisor
    }
    assertThat(value(purple.setGet(key))).isEqualTo(sorted);
    assertThat(value(purple.setAdd(key, "A"))).isEqualTo(sorted);
    assertThat(value(purple.setRemove(key, "x"))).isEqualTo(sorted);
  }

  @AwkwardText.Each
  void anAwkwardItemIsKeptExactly(AwkwardText awkward) {
    assertThat(value(purple.setAdd(key, awkward.text))).containsExactly(awkward.text);
    assertThat(value(purple.setGet(key))).containsExactly(awkward.text);
    assertThat(value(purple.setRemove(key, awkward.text))).isEmpty();
  }

  @Test
  void awkwardItemsAreKeptApart() {
    List<String> sorted = AwkwardText.all().stream().sorted(BY_UTF8_BYTES).toList();
    AwkwardText.all().forEach(item -> value(purple.setAdd(key, item)));
    assertThat(value(purple.setGet(key))).isEqualTo(sorted);
    assertThat(value(purple.setRemove(key, sorted.get(0))))
        .isEqualTo(sorted.subList(1, sorted.size()));
  }

  @AwkwardText.Each
  void anAwkwardKeyIsKeptExactly(AwkwardText awkward) {
    String item = cell.newKey();
    assertThat(value(purple.setAdd(awkward.text, item))).contains(item);
    assertThat(value(purple.setGet(awkward.text))).contains(item);
    assertThat(value(purple.setRemove(awkward.text, item))).doesNotContain(item);
  }

  @Test
  void awkwardKeysAreKeptApart() {
    AwkwardText.all().forEach(text -> value(purple.setAdd(text, key + text.hashCode())));
    for (String text : AwkwardText.all()) {
      assertThat(value(purple.setGet(text)).stream().filter(item -> item.startsWith(key)))
          .containsExactly(key + text.hashCode());
      value(purple.setRemove(text, key + text.hashCode()));
    }
  }

  @BadText.Each
  void aBadKeyIsRefused(BadText bad) {
    refusal(INVALID, purple.setGet(bad.text));
    refusal(INVALID, purple.setAdd(bad.text, "a"));
    refusal(INVALID, purple.setRemove(bad.text, "a"));
  }

  @BadText.Each
  void aBadItemIsRefused(BadText bad) {
    value(purple.setAdd(key, "a"));
    refusal(INVALID, purple.setAdd(key, bad.text));
    refusal(INVALID, purple.setRemove(key, bad.text));
    assertThat(value(purple.setGet(key))).containsExactly("a");
  }

  @Test
  void anEmptyKeyIsRefused() {
    refusal(INVALID, purple.setGet(""));
    refusal(INVALID, purple.setAdd("", "a"));
    refusal(INVALID, purple.setRemove("", "a"));
  }

  @Test
  void anEmptyItemIsRefused() {
    refusal(INVALID, purple.setAdd(key, ""));
    refusal(INVALID, purple.setRemove(key, ""));
    assertThat(value(purple.setGet(key))).isEmpty();
  }

  @Test
  void ofManyItemsAddedAtOnceNoneIsLostAndEveryAnswerIsAStateThatWas() {
    int turns = 4;
    List<List<String>> answers =
        Callers.run(
            turns,
            (caller, turn) ->
                purple
                    .setAdd(key, item(caller, turn))
                    .thenApply(
                        items -> {
                          assertThat(items).contains(item(caller, turn));
                          return items;
                        }));
    assertThat(value(purple.setGet(key))).hasSize(Callers.COUNT * turns).doesNotHaveDuplicates();
    // The set only grows: of two states, one holds the other.
    List<List<String>> states = answers.stream().sorted(Comparator.comparing(List::size)).toList();
    Set<String> smaller = new HashSet<>();
    for (List<String> state : states) {
      assertThat(new HashSet<>(state).containsAll(smaller)).isTrue();
      smaller = new HashSet<>(state);
    }
  }

  @Test
  void ofManyItemsAddedAndRemovedAtOnceNoneIsLeft() {
    Callers.run(
        cell.turns(4),
        (caller, turn) ->
            purple
                .setAdd(key, item(caller, turn))
                .thenAccept(items -> assertThat(items).contains(item(caller, turn)))
                .thenCompose(added -> purple.setRemove(key, item(caller, turn)))
                .thenAccept(items -> assertThat(items).doesNotContain(item(caller, turn))));
    assertThat(value(purple.setGet(key))).isEmpty();
  }

  private static String item(int caller, int turn) {
    return caller + "." + turn;
  }
}
