package io.purpledb;

import io.purpledb.backend.DataCheck;
import io.purpledb.backend.disk.DiskCheck;
import io.purpledb.backend.replicated.files.MemberCheck;
import io.purpledb.config.Config;
import io.purpledb.config.StartFailure;
import io.purpledb.config.Version;
import io.purpledb.config.source.Invocation;
import io.purpledb.message.Failure;
import io.purpledb.message.SteadyClock;
import io.purpledb.server.http.contract.HttpContract;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The program: reads the settings, starts a server, and closes it when asked to end. A start that
 * cannot be ends with one line on standard error and an exit code.
 */
public final class Purple {

  /** How long a stop may take: 10 s for requests in flight, then the backends. */
  private static final long STOP_SECONDS = 20;

  private static final long READY_POLL_MILLIS = 100;

  /** The same reason may be told with another number each time. */
  private static final Pattern FIGURES = Pattern.compile("\\d+");

  private static final String NETTY_EVENTS = "io.netty.jfr.enabled";

  private Purple() {}

  public static void main(String[] args) {
    prepare();
    try {
      Invocation invocation = Invocation.of(List.of(args), System.getenv());
      if (invocation instanceof Invocation.Print print) {
        System.out.print(print.text());
      } else if (invocation instanceof Invocation.CheckData check) {
        checkData(check);
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
    HeapNeed.warn(config);
    ProcessEnd end = ProcessEnd.ofThisProcess();
    end.watchThreads();
    PurpleServer server = await(PurpleServer.start(config, SteadyClock.system()));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, end), "purple-stop"));
    end.watch(server.vertx());
    Banner.lines(Version.current(), config, server).forEach(System.out::println);
    awaitReady(server);
    return server;
  }

  /** Says what a start waits for, as of a majority, each time that it is something else. */
  private static void awaitReady(PurpleServer server) {
    String told = "";
    for (String missing = notReady(server); missing != null; missing = notReady(server)) {
      String reason = FIGURES.matcher(missing).replaceAll("");
      if (!reason.equals(told)) {
        System.out.println("Waiting: " + missing);
        told = reason;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(READY_POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    System.out.println("Ready.");
  }

  /** Why /health/ready is not 200; null when it is. */
  private static @Nullable String notReady(PurpleServer server) {
    try {
      server.ready().toCompletionStage().toCompletableFuture().join();
      return null;
    } catch (CompletionException e) {
      return Failure.of(e.getCause()).getMessage();
    }
  }

  private static void stop(PurpleServer server, ProcessEnd end) {
    end.closing();
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
    } catch (CompletionException e) {
      throw e.getCause() instanceof StartFailure failure
          ? failure
          : StartFailure.wrongSurroundings("the server cannot start: " + e.getCause(), e);
    }
  }

  private static void checkData(Invocation.CheckData check) {
    DataCheck result = DiskCheck.of(check.directory()).and(MemberCheck.of(check.directory()));
    System.out.print(result.text());
    if (!result.whole()) {
      System.exit(StartFailure.WRONG_SURROUNDINGS);
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
