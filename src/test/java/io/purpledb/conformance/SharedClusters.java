package io.purpledb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.BackendType;
import io.purpledb.support.TestCluster;
import java.util.EnumMap;
import java.util.Map;

/** One cluster for each engine, started when it is first used and closed after the last test. */
final class SharedClusters {

  private static final Map<BackendType, TestCluster> RUNNING = new EnumMap<>(BackendType.class);
  private static final Map<BackendType, Throwable> FAILED = new EnumMap<>(BackendType.class);

  private SharedClusters() {}

  static synchronized TestCluster of(BackendType engine) {
    if (FAILED.containsKey(engine)) { // a minute each time would be long
      throw new IllegalStateException("no cluster on " + engine, FAILED.get(engine));
    }
    return RUNNING.computeIfAbsent(engine, SharedClusters::start);
  }

  private static TestCluster start(BackendType engine) {
    try {
      return TestCluster.start(engine);
    } catch (RuntimeException | AssertionError e) {
      FAILED.put(engine, e);
      throw e;
    }
  }

  static synchronized void closeAll() {
    for (TestCluster cluster : RUNNING.values()) {
      cluster.close();
      assertThat(cluster.defects()).as("defects that nodes have logged").isEmpty();
    }
    RUNNING.clear();
  }
}
