package io.purpledb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.BackendFactory;
import io.purpledb.support.BackendType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which backends there are is one list. */
class BackendNameTest {

  private record Some(String name, boolean isForClusters) implements BackendName {}

  @Test
  void thoseOfEveryReleaseAreThere() {
    assertThat(BackendName.names(BackendName.ALL, false)).startsWith("memory", "disk", "redis");
    assertThat(BackendName.names(BackendName.ALL, true)).startsWith("memory", "disk", "redis");
  }

  @Test
  void eachCanBeOpened() {
    assertThat(BackendName.ALL).allMatch(BackendFactory.class::isInstance);
  }

  @Test
  void theSuiteHasAColumnForEach() {
    assertThat(Arrays.stream(BackendType.values()).map(BackendType::setting).distinct())
        .containsExactlyInAnyOrderElementsOf(BackendName.names(BackendName.ALL, false));
  }

  @Test
  void whatOneNodeKeepsForItselfIsNoneOfACluster() {
    List<BackendName> all = List.of(new Some("shared", true), new Some("own", false));
    assertThat(BackendName.names(all, false)).containsExactly("shared", "own");
    assertThat(BackendName.names(all, true)).containsExactly("shared");
  }
}
