package io.purpledb.conformance;

import io.purpledb.support.BackendType;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestServer;
import io.purpledb.support.time.TimeMachine;
import java.util.EnumMap;
import java.util.Map;

/** One server for each engine, started when it is first used and closed after the last test. */
final class SharedServers {

  private record Shared(TestServer server, TimeMachine time) {}

  private static final Map<BackendType, Shared> RUNNING = new EnumMap<>(BackendType.class);

  private SharedServers() {}

  static TestServer of(BackendType engine) {
    return shared(engine).server();
  }

  static TimeMachine timeOf(BackendType engine) {
    return shared(engine).time();
  }

  private static synchronized Shared shared(BackendType engine) {
    return RUNNING.computeIfAbsent(engine, SharedServers::start);
  }

  private static Shared start(BackendType engine) {
    TimeMachine time = engine.timeMachine();
    return new Shared(TestServer.start(TestConfigs.of(engine), time.clock()), time);
  }

  static synchronized void closeAll() {
    for (Shared shared : RUNNING.values()) {
      shared.server().close();
      shared.time().close();
    }
    RUNNING.clear();
  }
}
