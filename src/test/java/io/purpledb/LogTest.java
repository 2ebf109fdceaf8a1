package io.purpledb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Loggers that are named by classes of Purple. */
final class LogTest {

  /** A class that has another name would say all that it has to say. */
  @Test
  void theClassesAreThere() {
    List<String> own =
        Log.CLUSTER.keySet().stream()
            .map(Logger::getName)
            .filter(name -> name.startsWith("io.purpledb."))
            .toList();

    assertThat(own).hasSize(2);
    for (String name : own) {
      assertThatCode(() -> Class.forName(name)).as(name).doesNotThrowAnyException();
    }
  }
}
