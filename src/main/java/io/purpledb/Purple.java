package io.purpledb;

import io.purpledb.config.Config;
import io.purpledb.config.Invocation;
import io.purpledb.config.StartFailure;
import io.purpledb.config.Version;
import io.purpledb.message.SteadyClock;
import io.purpledb.server.http.HttpContract;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The program: reads the settings, starts a server, and closes it when asked to end. A start that
 * cannot be ends with one line on standard error and an exit code.
 */
public final class Purple {

  /** How long a stop may take: 10 s for requests in flight, then the backends. */
  private static final long STOP_SECONDS = 20;

  private static final String NETTY_EVENTS = "io.netty.jfr.enabled";

  private Purple() {}

  public static void main(String[] args) {
    prepare();
    try {
      Invocation invocation = Invocation.of(List.of(args), System.getenv());
      if (invocation instanceof Invocation.Print print) {
        System.out.print(print.text());
      } else if (invocation instanceof Invocation.Start start) {
        serve(start.config());
      }
    } catch (StartFailure failure) {
      end(failure, List.of(args).contains("--debug"));
    }
  }

  /** What makes a start faster, before anything else is known. */
  static void prepare() {
    if (System.getProperty(NETTY_EVENTS) == null) {
      System.setProperty(NETTY_EVENTS, "false"); // Netty starts Java's flight recorder for them
    }
    HttpContract.loadAhead();
  }

  /** Starts a server that is closed when this process is asked to end. */
  static PurpleServer serve(Config config) {
    Log.configure(config.debug(), config.cluster() != null);
    PurpleServer server = await(PurpleServer.start(config, SteadyClock.system()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "purple-stop"));
    Banner.lines(Version.current(), config, server).forEach(System.out::println);
    return server;
  }

  private static void stop(PurpleServer server) {
    try {
      server.close().toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
      System.out.println("Stopped.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      System.err.println("purple: the stop was not clean: " + e);
    }
  }

  private static PurpleServer await(Future<PurpleServer> starting) {
    try {
      return starting.toCompletionStage().toCompletableFuture().join();
    } catch (java.util.concurrent.CompletionException e) {
      throw e.getCause() instanceof StartFailure failure
          ? failure
          : StartFailure.wrongSurroundings("the server cannot start: " + e.getCause(), e);
    }
  }

  private static void end(StartFailure failure, boolean debug) {
    System.err.println("purple: " + failure.line());
    if (debug) {
      failure.printStackTrace();
    }
    System.exit(failure.exitCode());
  }
}
