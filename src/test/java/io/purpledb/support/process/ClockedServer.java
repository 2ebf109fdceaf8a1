package io.purpledb.support.process;

import io.purpledb.PurpleServer;
import io.purpledb.config.source.Invocation;
import io.purpledb.support.client.Await;
import io.purpledb.support.time.FileClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The program for tests that move the time of a server in another process: as {@link
 * io.purpledb.Purple}, but the clock is a {@link FileClock}.
 */
public final class ClockedServer {

  private static final String CLOCK = "purple.clock";

  private ClockedServer() {}

  /**
   * The command that runs it, from the classes of this build. Without the second compiler: it would
   * work for the start until the tests are over.
   */
  public static List<String> command(Path clock) {
    return List.of(
        ServerProcess.java(),
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-D" + CLOCK + "=" + clock,
        "-cp",
        PrivateNetwork.classPath(),
        ClockedServer.class.getName());
  }

  public static void main(String[] args) {
    FileClock clock = FileClock.open(Path.of(System.getProperty(CLOCK, "")));
    if (Invocation.of(List.of(args), Map.of()) instanceof Invocation.Start start) {
      Await.value(
          PurpleServer.start(start.config(), clock.clock())
              .toCompletionStage()
              .toCompletableFuture());
      System.out.println("Ready.");
    }
  }
}
