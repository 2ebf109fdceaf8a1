package io.purpledb.support.process;

import io.purpledb.support.client.ServiceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster: a process that can be killed, stopped, paused and started again at its
 * place, with its data. Its ports stay the same over restarts.
 */
public final class NodeProcess implements AutoCloseable {

  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(3);
  private static final Pattern LEADS = Pattern.compile("Leadership: cluster: (\\S+:\\d+) leads");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(HEALTH_TIMEOUT).build();

  private final Place place;
  private final Path directory;
  private final List<String> command;
  private final List<String> earlierOutput = new ArrayList<>();
  private @Nullable ServerProcess process;
  private @Nullable ServiceClient http;
  private @Nullable ServiceClient grpc;

  /**
   * @param directory where it runs and leaves its log
   * @param command how it is started
   */
  NodeProcess(Place place, Path directory, List<String> command) {
    this.place = place;
    this.directory = directory;
    this.command = List.copyOf(command);
  }

  /** The name among the nodes. */
  public String id() {
    return place.member();
  }

  public Place place() {
    return place;
  }

  /** Starts it and returns at once. */
  public synchronized void start() {
    if (isAlive()) {
      throw new IllegalStateException(id() + " runs already");
    }
    process = ServerProcess.launch(directory, Map.of(), command);
  }

  /** The id of its process. */
  public synchronized long pid() {
    return running().pid();
  }

  public synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** kill -9. */
  public synchronized void kill() {
    ServerProcess killed = running();
    killed.kill();
    end(killed);
  }

  /** SIGTERM, and waits for the end; answers the exit code. */
  public synchronized int stop() {
    ServerProcess stopped = running();
    stopped.terminate();
    int code = stopped.awaitExit();
    end(stopped);
    return code;
  }

  /** SIGSTOP: the process is there, its connections too, but its time stands still. */
  public synchronized void pause() {
    running().signal("STOP");
  }

  public synchronized void resume() {
    running().signal("CONT");
  }

  /** What it has printed since its first start. */
  public synchronized String output() {
    List<String> all = new ArrayList<>(earlierOutput);
    if (process != null) {
      all.add(process.output());
    }
    return String.join("\n--- started again ---\n", all);
  }

  /** A client of its HTTP server. */
  public synchronized ServiceClient http() {
    ServiceClient purple = http == null ? ServiceClient.http(place.host(), place.httpPort()) : http;
    http = purple;
    return purple;
  }

  /** A client of its gRPC server. */
  public synchronized ServiceClient grpc() {
    ServiceClient purple = grpc == null ? ServiceClient.grpc(place.host(), place.grpcPort()) : grpc;
    grpc = purple;
    return purple;
  }

  public boolean isReady() {
    return health().map(answer -> answer.statusCode() == 200).orElse(false);
  }

  /** Which node it takes for the leader, as it has logged last; empty when it knows none. */
  public synchronized Optional<String> leader() {
    String last = "";
    for (String line : process == null ? List.<String>of() : process.output().lines().toList()) {
      last = line.contains(".Leadership: ") ? line : last;
    }
    Matcher matcher = LEADS.matcher(last);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** The answer of /health/ready; empty when there is none. */
  public Optional<HttpResponse<String>> health() {
    URI uri = URI.create("http://" + place.host() + ":" + place.httpPort() + "/health/ready");
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(HEALTH_TIMEOUT).build();
      return Optional.of(HTTP.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Kills it and writes what it has printed to a file of its directory. */
  @Override
  public synchronized void close() {
    if (process != null) {
      process.close();
    }
    if (http != null) {
      http.close();
    }
    if (grpc != null) {
      grpc.close();
    }
    try {
      Files.writeString(directory.resolve("output.log"), output());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerProcess running() {
    if (process == null) {
      throw new IllegalStateException(id() + " does not run");
    }
    return process;
  }

  private void end(ServerProcess ended) {
    earlierOutput.add(ended.outputAtEnd());
    process = null;
  }

  @Override
  public String toString() {
    return id();
  }
}
