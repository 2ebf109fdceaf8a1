package io.purpledb.backend.disk.entries;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the writer remembers of sets, and when it must forget. */
class RecentItemsTest {

  private static final Items TWO = Items.ofSorted(List.of("a", "b"));
  private static final Items THREE = Items.ofSorted(List.of("a", "b", "c"));

  private static final List<String> LONG = List.of("x".repeat(1_000), "y".repeat(1_000));

  private final RecentItems recent =
      new RecentItems(
          RecentItems.heapBytes(name("used"), TWO) + RecentItems.heapBytes(name("used"), THREE));

  private static Key name(String name) {
    return Key.of("default", "set", name);
  }

  @Test
  void keepsTheLatest() {
    recent.put(name("k"), TWO);
    recent.put(name("k"), THREE);

    assertThat(recent.get(name("k"))).isSameAs(THREE);
    assertThat(recent.get(name("other"))).isNull();
  }

  @Test
  void forgetsTheOldestWhenThereIsNoRoom() {
    recent.put(name("old"), TWO);
    recent.put(name("used"), TWO);
    recent.get(name("old"));
    recent.put(name("new"), THREE);

    assertThat(recent.get(name("used"))).isNull();
    assertThat(recent.get(name("old"))).isSameAs(TWO);
    assertThat(recent.get(name("new"))).isSameAs(THREE);
  }

  @Test
  void keepsNoSetThatIsTooLarge() {
    recent.put(name("k"), THREE.with("d").with("e").with("f").with("g".repeat(500)));

    assertThat(recent.get(name("k"))).isNull();
  }

  /** Long keys, sets without items, and items of any length take room. */
  @Test
  void keepsNoMoreThanItsShareOfTheHeap() {
    long max = 1 << 20;
    RecentItems sets = new RecentItems(max);
    for (Items items : List.of(Items.NONE, TWO, Items.ofSorted(LONG))) {
      int kept = 0;
      for (int i = 0; i < 5_000; i++) {
        sets.put(name("%01000d".formatted(i)), items);
      }
      for (int i = 0; i < 5_000; i++) {
        kept += sets.get(name("%01000d".formatted(i))) == null ? 0 : 1;
      }
      long least = 1_000 + items.stream().mapToLong(String::length).sum();
      assertThat(kept * least).isBetween(max / 2, max);
    }
  }

  @Test
  void forgetsAllWhenChangesAreRolledBack() {
    recent.put(name("k"), THREE);
    recent.clear();

    assertThat(recent.get(name("k"))).isNull();
    recent.put(name("a"), TWO);
    recent.put(name("b"), THREE);
    assertThat(recent.get(name("a"))).isSameAs(TWO); // the room of the forgotten is free
  }

  @Test
  void followsChangesOfWhatItKeeps() {
    recent.put(name("k"), TWO);
    recent.changed(new Key("default", "set", "k", "c"), true);
    assertThat(recent.get(name("k"))).isEqualTo(THREE);

    for (String item : THREE) {
      recent.changed(new Key("default", "set", "k", item), false);
    }
    assertThat(recent.get(name("k"))).isEmpty();

    recent.changed(new Key("default", "set", "other", "c"), true);
    assertThat(recent.get(name("other"))).as("what else it has is not known").isNull();
  }
}
