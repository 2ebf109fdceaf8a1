package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.support.Await.refusal;
import static io.purpledb.support.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.Door;
import org.junit.jupiter.api.Test;

/** The services are isolated: the same key in two of them never meets. */
@OnEveryCell("across services")
final class AcrossServicesConformanceTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("in the KV store");

  private final Door door;
  private final String key;

  AcrossServicesConformanceTest(Cell cell) {
    this.door = cell.door();
    this.key = cell.newKey();
  }

  @Test
  void oneKeyHasAValueInEachService() {
    value(door.cacheSet(key, "in the cache", 60));
    value(door.counterIncrement(key, 7));
    value(door.flagSet(key, true));
    value(door.kvPut(key, VALUE));
    value(door.setAdd(key, "in the set"));

    assertThat(value(door.cacheGet(key))).isEqualTo("in the cache");
    assertThat(value(door.counterGet(key))).isEqualTo(7);
    assertThat(value(door.flagGet(key))).isTrue();
    assertThat(value(door.kvGet(key))).isEqualTo(VALUE);
    assertThat(value(door.setGet(key))).containsExactly("in the set");
  }

  @Test
  void whatOneServiceKeepsIsAbsentInTheOthers() {
    value(door.kvPut(key, VALUE));
    refusal(NOT_FOUND, door.cacheGet(key));
    assertThat(value(door.counterGet(key))).isZero();
    assertThat(value(door.flagGet(key))).isFalse();
    assertThat(value(door.setGet(key))).isEmpty();
  }

  @Test
  void whatOneServiceEndsLivesOnInTheOthers() {
    oneKeyHasAValueInEachService();
    value(door.kvDelete(key));
    value(door.setRemove(key, "in the set"));
    assertThat(value(door.cacheGet(key))).isEqualTo("in the cache");
    assertThat(value(door.counterGet(key))).isEqualTo(7);
    assertThat(value(door.flagGet(key))).isTrue();
  }
}
