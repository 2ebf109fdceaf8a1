package io.purpledb.support.process;

import io.purpledb.support.proof.Proven;
import io.purpledb.support.proof.ProvenLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The packaged server as a process of its own, as a user would run it: {@code java -jar
 * target/purple.jar}. Knows its ports from the lines it prints, and can be killed.
 */
public final class ServerProcess implements AutoCloseable {

  /** Which of the JVM's compilers it has: those of users, unless the build wants it to be quick. */
  private static final String COMPILERS =
      System.getProperty("purple.compilers", "-XX:+TieredCompilation");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern HTTP = Pattern.compile("http://[^:]+:(\\d+)");
  private static final Pattern GRPC = Pattern.compile("grpc://[^:]+:(\\d+)");

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Thread reader;

  private ServerProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "server-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts the jar in a working directory and returns at once. */
  public static ServerProcess launch(Path directory, Map<String, String> env, String... args) {
    List<String> command = new ArrayList<>(packaged());
    command.addAll(Arrays.asList(args));
    return launch(directory, env, command);
  }

  /** Starts a command that prints what the server prints, and returns at once. */
  static ServerProcess launch(Path directory, Map<String, String> env, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PURPLE_"));
    builder.environment().putAll(env);
    try {
      return new ServerProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the jar with free ports on the loopback address and waits until it serves. */
  public static ServerProcess start(Path directory, String... args) {
    return launchOnFreePorts(directory, args).awaitReady();
  }

  /** Starts the jar with free ports on the loopback address and returns at once. */
  public static ServerProcess launchOnFreePorts(Path directory, String... args) {
    List<String> all =
        new ArrayList<>(List.of("--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"));
    all.addAll(Arrays.asList(args));
    return launch(directory, Map.of(), all.toArray(String[]::new));
  }

  /** The same with the largest heap that it may have, such as {@code 128m}. */
  public static ServerProcess startWithHeap(Path directory, String heap, String... args) {
    List<String> all = new ArrayList<>(packaged(heap));
    all.addAll(List.of("--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"));
    all.addAll(Arrays.asList(args));
    return launch(directory, Map.of(), all).awaitReady();
  }

  /** The same with so many file descriptors at most. */
  public static ServerProcess startWithDescriptors(
      Path directory, int descriptors, String... args) {
    String limited = "ulimit -n " + descriptors + " && exec \"$0\" \"$@\"";
    List<String> all = new ArrayList<>(List.of("sh", "-c", limited));
    all.addAll(packaged());
    all.addAll(List.of("--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"));
    all.addAll(Arrays.asList(args));
    return launch(directory, Map.of(), all).awaitReady();
  }

  /** The command that runs the packaged server. */
  static List<String> packaged() {
    return packaged("256m");
  }

  static List<String> packaged(String heap) {
    String jar = jar();
    String options = jar.replaceFirst("\\.jar$", ".options");
    // As in conf/jvm.options: what has no memory left ends.
    return List.of(
        java(),
        "-Xmx" + heap,
        "-XX:+ExitOnOutOfMemoryError",
        COMPILERS,
        "@" + options,
        "-jar",
        jar);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String jar() {
    String jar = System.getProperty("purple.jar");
    if (jar == null) {
      throw new IllegalStateException(
          "purple.jar: not set (expected: the packaged server; run mvn verify)");
    }
    return jar;
  }

  /** Waits for the line that says that the server serves. */
  public ServerProcess awaitReady() {
    try {
      ready.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return this;
    } catch (Exception e) {
      process.destroyForcibly();
      throw new AssertionError("the server did not start:\n" + output(), e);
    }
  }

  public int httpPort() {
    return port(HTTP);
  }

  public int grpcPort() {
    return port(GRPC);
  }

  public long pid() {
    return process.pid();
  }

  /** Ends it at once with SIGKILL. */
  public void kill() {
    Proven.count(ProvenLine.KILLS);
    process.destroyForcibly();
    awaitExit();
  }

  /** Asks it to end with SIGTERM. */
  public void terminate() {
    process.toHandle().destroy(); // Process.destroy would close the streams, too
  }

  /** Stops its time with SIGSTOP, or lets it run on with SIGCONT. */
  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, "" + pid()).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end and answers its exit code. */
  public int awaitExit() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(
            "still running", new TimeoutException(PATIENCE + ", output:\n" + output()));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What it has printed so far, on both streams. */
  public String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /** All that it has printed, after its end. */
  public String outputAtEnd() {
    awaitExit();
    try {
      reader.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return output();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  private int port(Pattern pattern) {
    Matcher matcher = pattern.matcher(output());
    if (!matcher.find()) {
      throw new AssertionError("no address like " + pattern + " in:\n" + output());
    }
    return Integer.parseInt(matcher.group(1));
  }

  private void read() {
    try (BufferedReader reader = process.inputReader()) {
      for (@Nullable String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
        if (line.startsWith("Ready")) {
          ready.complete(null);
        }
      }
      ready.completeExceptionally(new IllegalStateException("ended"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }
}
