package io.purpledb.engine.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Items that are kept as bytes and read as texts. */
class ItemsTest {

  /** In the order of their UTF-8, which is not that of {@link String}. */
  private static final List<String> SORTED =
      List.of(" ", "a", "aa", "ab", "b", "z", "ä", "ж", "\ufffd", "\ud83d\ude00");

  @Test
  void areSortedInWhateverOrderTheyCome() {
    Items items = Items.NONE;
    for (int i = 0; i < SORTED.size(); i++) {
      items = items.with(SORTED.get(i * 7 % SORTED.size()));
    }

    assertThat(items).isEqualTo(SORTED).isSortedAccordingTo(ByteOrder.INSTANCE);
    assertThat(items.bytes()).isEqualTo(SORTED.stream().map(ByteString::copyFromUtf8).toList());
    assertThat(items.texts()).isEqualTo(SORTED);
    assertThat(items.with("ж")).isSameAs(items);
    assertThat(items.without("no")).isSameAs(items);
    assertThat(items.without("ж")).hasSize(SORTED.size() - 1).doesNotContain("ж");
    assertThat(items.heapBytes()).isEqualTo(Items.ofSorted(SORTED).heapBytes());
  }

  @Test
  void areSortedAllAtOnce() {
    ByteString[] reversed = new ByteString[SORTED.size()];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = ByteString.copyFromUtf8(SORTED.get(reversed.length - 1 - i));
    }

    assertThat(Items.ofUnsorted(reversed)).isEqualTo(SORTED);
  }

  @Test
  void theLastOneLeavesNoSet() {
    assertThat(Items.NONE.with("a").without("a")).isEmpty();
  }
}
