package io.purpledb.backend.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.SortedItems;
import io.purpledb.backend.disk.database.Sql;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the writer remembers of sets, and when it must forget. */
class RecentSetsTest {

  private static final SortedItems TWO = SortedItems.ofSorted(List.of("a", "b"));
  private static final SortedItems THREE = SortedItems.ofSorted(List.of("a", "b", "c"));

  private static final List<String> LONG = List.of("x".repeat(1_000), "y".repeat(1_000));

  private final RecentSets recent =
      new RecentSets(RecentSets.heapBytes("used", TWO) + RecentSets.heapBytes("used", THREE));

  @Test
  void keepsTheLatest() {
    recent.put("k", TWO);
    recent.put("k", THREE);

    assertThat(recent.get("k")).isSameAs(THREE);
    assertThat(recent.get("other")).isNull();
  }

  @Test
  void forgetsTheOldestWhenThereIsNoRoom() {
    recent.put("old", TWO);
    recent.put("used", TWO);
    recent.get("old");
    recent.put("new", THREE);

    assertThat(recent.get("used")).isNull();
    assertThat(recent.get("old")).isSameAs(TWO);
    assertThat(recent.get("new")).isSameAs(THREE);
  }

  @Test
  void keepsNoSetThatIsTooLarge() {
    recent.put("k", THREE.with("d").with("e").with("f").with("g".repeat(500)));

    assertThat(recent.get("k")).isNull();
  }

  /** Long keys, sets without items, and items of any length take room. */
  @Test
  void keepsNoMoreThanItsShareOfTheHeap() {
    long max = 1 << 20;
    RecentSets sets = new RecentSets(max);
    for (SortedItems items : List.of(SortedItems.NONE, TWO, SortedItems.ofSorted(LONG))) {
      int kept = 0;
      for (int i = 0; i < 5_000; i++) {
        sets.put("%01000d".formatted(i), items);
      }
      for (int i = 0; i < 5_000; i++) {
        kept += sets.get("%01000d".formatted(i)) == null ? 0 : 1;
      }
      long least = 1_000 + items.stream().mapToLong(String::length).sum();
      assertThat(kept * least).isBetween(max / 2, max);
    }
  }

  @Test
  void forgetsAllWhenChangesAreRolledBack() throws Exception {
    recent.put("k", THREE);
    try (var connection = DriverManager.getConnection("jdbc:h2:mem:")) {
      recent.start(new Sql(connection));
    }

    assertThat(recent.get("k")).isNull();
    recent.put("a", TWO);
    recent.put("b", THREE);
    assertThat(recent.get("a")).isSameAs(TWO); // the room of the forgotten is free
  }
}
