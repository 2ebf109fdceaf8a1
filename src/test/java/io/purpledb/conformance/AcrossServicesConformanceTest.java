package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.client.Samples;
import io.purpledb.support.client.ServiceClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The services are isolated: the same key in two of them never meets. */
@OnEveryCell("across services")
final class AcrossServicesConformanceTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("in the KV store");

  private final ServiceClient purple;
  private final String key;

  AcrossServicesConformanceTest(Cell cell) {
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  void oneKeyHasAValueInEachService() {
    value(purple.cacheSet(key, "in the cache", 60));
    value(purple.counterIncrement(key, 7));
    value(purple.flagSet(key, true));
    value(purple.kvPut(key, VALUE));
    value(purple.setAdd(key, "in the set"));

    assertThat(value(purple.cacheGet(key))).isEqualTo("in the cache");
    assertThat(value(purple.counterGet(key))).isEqualTo(7);
    assertThat(value(purple.flagGet(key))).isTrue();
    assertThat(value(purple.kvGet(key))).isEqualTo(VALUE);
    assertThat(value(purple.setGet(key))).containsExactly("in the set");
  }

  @Test
  void whatOneServiceKeepsIsAbsentInTheOthers() {
    value(purple.kvPut(key, VALUE));
    refusal(NOT_FOUND, purple.cacheGet(key));
    assertThat(value(purple.counterGet(key))).isZero();
    assertThat(value(purple.flagGet(key))).isFalse();
    assertThat(value(purple.setGet(key))).isEmpty();
  }

  @Test
  void whatOneServiceEndsLivesOnInTheOthers() {
    oneKeyHasAValueInEachService();
    value(purple.kvDelete(key));
    value(purple.setRemove(key, "in the set"));
    assertThat(value(purple.cacheGet(key))).isEqualTo("in the cache");
    assertThat(value(purple.counterGet(key))).isEqualTo(7);
    assertThat(value(purple.flagGet(key))).isTrue();
  }

  /** The same of all services that there are, as far as their contracts tell. */
  @ParameterizedTest
  @FieldSource("io.purpledb.support.TestConfigs#SERVICES")
  void whatOneServiceMakesNoOtherSees(String service) {
    List<Object> before = answersOfOthers(service);
    List<Object> own = Samples.answers(purple, service, key);

    Samples.make(purple, service, key);

    assertThat(answersOfOthers(service)).isEqualTo(before).isNotEmpty();
    assertThat(Samples.answers(purple, service, key)).isNotEqualTo(own);
  }

  private List<Object> answersOfOthers(String service) {
    return TestConfigs.SERVICES.stream()
        .filter(other -> !other.equals(service))
        .flatMap(other -> Samples.answers(purple, other, key).stream())
        .toList();
  }
}
