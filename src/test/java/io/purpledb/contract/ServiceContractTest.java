package io.purpledb.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.ServiceKind;
import io.purpledb.v1.Stored;
import io.purpledb.v1.ValueForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which services there are, and how they are kept, is what proto/ says. */
class ServiceContractTest {

  @Test
  void areTheServicesOfTheFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("proto", "purple", "v1"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString().replace(".proto", ""))
                  .filter(name -> !name.equals("options"))
                  .sorted())
          .isEqualTo(ServiceContract.NAMES);
    }
  }

  @Test
  void eachIsServed() {
    assertThat(ServiceKind.ALL).extracting(ServiceKind::name).isEqualTo(ServiceContract.NAMES);
  }

  /** Files are there that have these places. */
  @Test
  void thePlacesOnDiskAreAsTheyWere() {
    assertThat(ServiceContract.byPlace()).startsWith("counter", "kv", "flag", "set", "cache");
    assertThat(stored(Stored::getPlace)).containsExactlyInAnyOrderElementsOf(from(1));
  }

  /** Databases are there that have these numbers. */
  @Test
  void theDatabasesOfRedisAreAsTheyWere() {
    assertThat(ServiceContract.byRedisDatabase())
        .startsWith("cache", "counter", "flag", "kv", "set");
    assertThat(stored(Stored::getRedisDatabase)).containsExactlyInAnyOrderElementsOf(from(0));
  }

  @Test
  void eachSaysTheFormOfItsValues() {
    assertThat(stored(Stored::getForm))
        .doesNotContain(ValueForm.VALUE_FORM_UNSPECIFIED, ValueForm.UNRECOGNIZED);
  }

  private static <T> List<T> stored(Function<Stored, T> what) {
    return ServiceContract.ALL.stream().map(ServiceContract::stored).map(what).toList();
  }

  private static List<Integer> from(int first) {
    return IntStream.range(first, first + ServiceContract.ALL.size()).boxed().toList();
  }
}
