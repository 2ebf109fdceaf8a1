package io.purpledb.server;

import io.purpledb.PurpleServer;
import io.purpledb.support.BackendType;
import io.purpledb.support.TestConfigs;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A Purple on memory in this process, for all tests of a class. */
final class ServedClass implements BeforeAllCallback, AfterAllCallback {

  private @Nullable PurpleServer server;

  /** The server while the tests run. */
  PurpleServer server() {
    return Objects.requireNonNull(server);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    server = Way.start(TestConfigs.of(BackendType.MEMORY));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Way.stop(server());
  }
}
