package io.purpledb.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.support.Moment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;

/** A tree does what a sorted map would, and one that was changed stays as it was. */
final class ItemTreeTest {

  private static final int ITEMS = 2_000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Moment now = new Moment(() -> Instant.ofEpochMilli(1_000));
  private final NavigableMap<String, Long> model = new TreeMap<>();
  private ItemTree tree = ItemTree.NONE;

  @RepeatedTest(3)
  void doesWhatASortedMapDoes() {
    for (int more : List.of(ITEMS, 0, ITEMS / 2, 0)) { // grows, goes, grows, goes
      while (more > 0 ? model.size() < more : !model.isEmpty()) {
        ItemTree before = tree;
        List<String> was = random.nextInt(50) == 0 ? new ArrayList<>(keys(before)) : null;
        change(random.nextInt(10) < (more > 0 ? 8 : 2));
        if (was != null) {
          assertThat(keys(before)).as("seed %d", seed).isEqualTo(was);
          compare();
        }
      }
      compare();
    }
    assertThat(tree.size()).isZero();
    assertThat(tree.bytes()).isZero();
    assertThat(tree.mayExpire()).isFalse();
  }

  private void change(boolean puts) {
    String item = random.nextInt(50) == 0 ? "" : "%05d".formatted(random.nextInt(ITEMS * 2));
    if (!puts && !model.isEmpty() && random.nextInt(4) != 0) {
      item = random.nextBoolean() ? model.firstKey() : model.lastKey();
    }
    if (puts) {
      long expires = random.nextInt(10) == 0 ? random.nextInt(2_000) : Entry.NEVER;
      tree = tree.with(utf8(item), cell(expires));
      model.put(item, expires);
    } else {
      tree = tree.without(utf8(item));
      model.remove(item);
    }
  }

  private static ByteString utf8(String item) {
    return ByteString.copyFromUtf8(item);
  }

  private static MemoryEntry cell(long expires) {
    return MemoryEntry.of(new Value.OfBytes(ByteString.EMPTY), Description.NONE, expires);
  }

  private void compare() {
    assertThat(tree.size()).isEqualTo(model.size());
    assertThat(tree.hasEmpty()).isEqualTo(model.containsKey(""));
    assertThat(keys(tree)).as("seed %d", seed).containsExactlyElementsOf(model.keySet());
    List<String> alive = new ArrayList<>();
    model.forEach(
        (item, expires) -> {
          if (!item.isEmpty() && expires > now.millis()) {
            alive.add(item);
          }
        });
    assertThat(tree.items(now)).as("seed %d", seed).isEqualTo(alive);
    assertThat(tree.items(now).heapBytes())
        .isEqualTo(alive.stream().mapToLong(item -> ItemTree.itemBytes(item.length())).sum());
    String from = "%05d".formatted(random.nextInt(ITEMS * 2));
    String to = random.nextInt(4) == 0 ? null : "%05d".formatted(random.nextInt(ITEMS * 2));
    if (to == null || from.compareTo(to) < 0) {
      compare(from, to);
    }
  }

  private void compare(String from, @Nullable String to) {
    NavigableMap<String, Long> part =
        to == null ? model.tailMap(from, true) : model.subMap(from, true, to, false);
    for (boolean reverse : new boolean[] {false, true}) {
      List<String> found = new ArrayList<>();
      boolean toTheEnd =
          tree.walk(
              utf8(from),
              to == null ? null : utf8(to),
              reverse,
              (item, cell) -> found.add(item.toStringUtf8()) && found.size() < 300);
      List<String> expected =
          (reverse ? part.descendingMap() : part).keySet().stream().limit(300).toList();
      assertThat(found).as("seed %d, %s to %s", seed, from, to).isEqualTo(expected);
      assertThat(toTheEnd).isEqualTo(part.size() < 300);
    }
  }

  private static List<String> keys(ItemTree tree) {
    List<String> keys = new ArrayList<>();
    tree.walk(ByteString.EMPTY, null, false, (item, cell) -> keys.add(item.toStringUtf8()));
    return keys;
  }
}
