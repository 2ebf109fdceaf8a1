package io.purpledb.support.process;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * A process that wakes up {@value #A_SECOND} times a second and does nothing else: what a wake-up
 * costs on this machine, now. Where others press on the caches and on the hypervisor it is several
 * times what it is elsewhere, for a server just as for this.
 */
public final class Wakeups implements AutoCloseable {

  /** And those of the JVM itself, about 25. */
  private static final int A_SECOND = 100;

  /** Ten minutes: who started it may have been killed. */
  private static final int AT_MOST = 600 * A_SECOND;

  private final Process process;

  private Wakeups(Process process) {
    this.process = process;
  }

  /** Starts one with the JVM that runs the test. */
  public static Wakeups start() throws IOException {
    return new Wakeups(
        new ProcessBuilder(
                ServerProcess.java(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes().toString(),
                Wakeups.class.getName())
            .inheritIO()
            .start());
  }

  /** The process. */
  public static void main(String[] none) throws InterruptedException {
    for (int i = 0; i < AT_MOST; i++) {
      Thread.sleep(1_000 / A_SECOND);
    }
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static Path classes() {
    try {
      return Path.of(Wakeups.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
