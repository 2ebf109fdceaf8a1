package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.engine.entry.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StoredKeyTest {

  private static final List<String> TEXTS =
      List.of("", "\0", "a", "a\0", "a\0\0", "a\0b", "a%3A:", "b:{c}", "\u00e9", "\ud83d\ude00");

  @Test
  void keysComeBackAsTheyWere() {
    for (Key key : keys()) {
      byte[] stored = StoredKey.ofValue(key);

      assertThat(StoredKey.ofFull(stored, "p2:{xx}:".length())).isEqualTo(key);
      assertThat(StoredKey.ofMember(key, StoredKey.member(key))).isEqualTo(key);
    }
  }

  @Test
  void theOrderOfMembersIsThatOfKeys() {
    List<Key> keys = new ArrayList<>();
    TEXTS.forEach(name -> TEXTS.forEach(item -> keys.add(new Key("n", "s", name, item))));
    for (Key a : keys) {
      for (Key b : keys) {
        int order = Arrays.compareUnsigned(StoredKey.member(a), StoredKey.member(b));

        assertThat(Integer.signum(order))
            .as("%s and %s", a, b)
            .isEqualTo(Integer.signum(a.compareTo(b)));
      }
    }
  }

  /** Part of the format for ever. */
  @Test
  void aKeyIsWhereItAlwaysWas() {
    Key key = new Key("default", "kv", "user/1", "");

    assertThat(new String(StoredKey.ofValue(key), UTF_8)).isEqualTo("p2:{ee}:kv:default:user/1");
    assertThat(new String(StoredKey.ofIndex(key), UTF_8)).isEqualTo("p2:index:kv:default");
    assertThat(new String(StoredKey.ofIndex(new Key("a:b%", "c:d", "e", "")), UTF_8))
        .isEqualTo("p2:index:c%3Ad:a%3Ab%25");
  }

  private static List<Key> keys() {
    List<Key> keys = new ArrayList<>();
    for (String namespace : TEXTS) {
      for (String name : TEXTS) {
        TEXTS.forEach(item -> keys.add(new Key(namespace, "s:%", name, item)));
      }
    }
    return keys;
  }
}
