package io.purpledb.support.redis;

import io.purpledb.support.process.ClusterPorts;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server on a free port of 127.0.0.1 in a directory of its own, ruled by its process id. It
 * outlives neither its test, which closes it, nor the JVM.
 */
public final class RedisProcess implements AutoCloseable {

  private static final long START_MILLIS = 10_000;
  private static final long POLL_NANOS = 5_000_000;
  private static final String HOST = "127.0.0.1";

  private final List<String> command;
  private final int port;
  private final Path directory;
  private @Nullable Process process;

  private RedisProcess(File executable, List<String> arguments, int port, Path directory) {
    this.port = port;
    this.directory = directory;
    this.command = new ArrayList<>(List.of(executable.getPath(), "--port", "" + port));
    command.addAll(List.of("--bind", HOST, "--dir", directory.toString()));
    command.addAll(List.of("--save", "", "--appendonly", "no"));
    command.addAll(arguments);
  }

  static RedisProcess start(File executable, List<String> arguments) {
    try {
      Path directory = Files.createTempDirectory("purple-redis-");
      RedisProcess redis = new RedisProcess(executable, arguments, ClusterPorts.port(), directory);
      Runtime.getRuntime().addShutdownHook(new Thread(redis::close));
      redis.restartSamePort();
      return redis;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL without user and password. */
  public String url() {
    return "redis://" + HOST + ":" + port;
  }

  public int port() {
    return port;
  }

  /** Where it keeps its files. */
  public Path directory() {
    return directory;
  }

  /** Runs a command past Purple, such as {@code REPLICAOF NO ONE}; answers its status reply. */
  public String run(String command) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) START_MILLIS);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it again with the same port, arguments and directory; returns when it serves. */
  public void restartSamePort() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
      awaitServing(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it with SIGKILL: nothing is written any more. */
  public void kill() {
    Process running = process;
    if (running != null) {
      await(running.destroyForcibly());
    }
  }

  /** Ends it with SIGTERM: it writes what its configuration says and closes its connections. */
  public void stop() {
    Process running = process;
    if (running != null) {
      running.destroy();
      await(running);
    }
  }

  /** Stops it with SIGSTOP: it accepts connections but answers nothing. */
  public void pause() {
    signal("STOP");
  }

  /** Lets it go on with SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Kills it and deletes its directory; again, it does nothing. */
  @Override
  public void close() {
    kill();
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void signal(String name) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("redis is not running");
    }
    try {
      await(new ProcessBuilder("kill", "-" + name, "" + running.pid()).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(Process ending) {
    try {
      if (!ending.waitFor(START_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("still running after " + START_MILLIS + " ms: " + ending);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void awaitServing(Process started) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
    while (!serves()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("redis does not start:\n" + Files.readString(log()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Whether it answers PING; that it wants a password is an answer, that it is loading is not. */
  private boolean serves() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      String reply = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
      return reply.equals("+PONG") || reply.equals("-NOAU");
    } catch (IOException e) {
      return false;
    }
  }

  private Path log() {
    return directory.resolve("redis.log");
  }
}
