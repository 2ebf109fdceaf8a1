package io.purpledb.backend.disk.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of keys have the order of the keys of a namespace, and are read back. */
class KeyBytesTest {

  private static final List<String> NAMESPACES =
      List.of("default", "", "\0", "d", "default\0", "\0default", "ü");
  private static final List<String> LETTERS = List.of("\0", "\1", "a", "b", "ÿ", "\uffff", "😀");

  private final Random random = new Random(7);

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(4); left > 0; left--) {
      text.append(LETTERS.get(random.nextInt(LETTERS.size())));
    }
    return text.toString();
  }

  private List<Key> keys(String namespace) {
    List<Key> keys = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      keys.add(new Key(namespace, "kv", text(), text()));
    }
    return keys;
  }

  @Test
  void theirOrderIsThatOfTheKeys() {
    for (String namespace : NAMESPACES) {
      List<Key> keys = keys(namespace);
      for (Key a : keys) {
        assertThat(KeyBytes.key("kv", KeyBytes.of(a))).isEqualTo(a);
        for (Key b : keys) {
          assertThat(Integer.signum(Arrays.compareUnsigned(KeyBytes.of(a), KeyBytes.of(b))))
              .as("%s and %s", a, b)
              .isEqualTo(Integer.signum(a.compareTo(b)));
        }
      }
    }
  }

  /** Whether the bytes say that a key is behind another. */
  private static boolean isBehind(Key key, byte[] bytes) {
    return Arrays.compareUnsigned(KeyBytes.of(key), bytes) >= 0;
  }

  @Test
  void aRangeHasItsKeysAndNoOthers() {
    List<Key> all = new ArrayList<>();
    NAMESPACES.forEach(namespace -> all.addAll(keys(namespace)));
    for (Key from : keys("default").subList(0, 30)) {
      for (Range range :
          List.of(
              Range.of(from.namespace(), "kv"),
              Range.items(from.namespace(), "kv", from.name()),
              Range.itemsBefore(from))) {
        byte[] first = KeyBytes.of(range.from());
        byte[] end = KeyBytes.end(range);
        for (Key key : all) {
          boolean isIn = isBehind(key, first) && !isBehind(key, end);
          assertThat(isIn).as("%s in %s", key, range).isEqualTo(range.has(key));
        }
      }
      for (Key key : all) {
        boolean isBehind = key.isBeside(from) && key.compareTo(from) > 0;
        if (key.isBeside(from)) {
          assertThat(isBehind(key, KeyBytes.behind(from)))
              .as("%s behind %s", key, from)
              .isEqualTo(isBehind);
        }
      }
    }
  }
}
