package io.purpledb.conformance;

import io.purpledb.support.LogWatch;
import io.purpledb.support.TestConfigs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;

/** What lives as long as the run of all tests; its end closes the servers and writes the report. */
final class Session implements AutoCloseable {

  private final Report report = new Report();
  private final LogWatch log = new LogWatch();

  private Session() {
    Cell.all().filter(cell -> cell.servers().isCluster()).findFirst().ifPresent(Cell::startServers);
  }

  static Session of(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(Session.class))
        .getOrComputeIfAbsent(Session.class, absent -> new Session(), Session.class);
  }

  Report report() {
    return report;
  }

  LogWatch log() {
    return log;
  }

  @Override
  public void close() throws IOException {
    report.write(Path.of("target", "conformance.md"));
    log.close();
    SharedServers.closeAll();
    SharedClusters.closeAll();
    TestConfigs.deleteDirectories();
  }
}
