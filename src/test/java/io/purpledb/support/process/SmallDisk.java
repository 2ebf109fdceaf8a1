package io.purpledb.support.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A real file system of a few megabytes that is full soon: a tmpfs in a mount namespace, which root
 * may make and everyone else in a user namespace. It ends with its holder, so nothing is left
 * behind.
 */
public final class SmallDisk implements AutoCloseable {

  private static final List<List<String>> WAYS =
      List.of(
          List.of("unshare", "--mount"),
          List.of("unshare", "--user", "--map-root-user", "--mount"));

  private final Path directory;
  private final List<String> way;
  private final Process holder;

  private SmallDisk(Path directory, List<String> way, Process holder) {
    this.directory = directory;
    this.way = way;
    this.holder = holder;
  }

  /**
   * Mounts one.
   *
   * @param directory where it is seen by the servers started with it
   */
  public static SmallDisk mount(Path directory, int mebibytes) {
    String mount = "mount -t tmpfs -o size=" + mebibytes + "m none \"$0\" && echo ok && exec cat";
    for (List<String> way : WAYS) {
      List<String> command = new ArrayList<>(way);
      command.addAll(List.of("sh", "-c", mount, directory.toString()));
      try {
        Process holder = new ProcessBuilder(command).start();
        if (holder.getInputStream().read() == 'o') {
          return new SmallDisk(directory, way, holder);
        }
        holder.destroyForcibly();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new AssertionError(
        "no mount namespace: none of "
            + WAYS
            + " works (expected: util-linux, and root or user namespaces)");
  }

  /** Where the files are for a process that does not see the mount. */
  public Path outside() {
    return Path.of("/proc/" + holder.pid() + "/root" + directory);
  }

  /** Starts the packaged server in sight of it, and waits until it serves. */
  public ServerProcess start(String heap, String... args) {
    List<String> command = new ArrayList<>(inside());
    command.addAll(ServerProcess.packaged(heap));
    command.addAll(List.of("--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"));
    command.addAll(Arrays.asList(args));
    return ServerProcess.launch(Path.of("/"), Map.of(), command).awaitReady();
  }

  /** The command that runs another one in sight of it. */
  public List<String> inside() {
    List<String> command = new ArrayList<>(List.of("nsenter", "--target", "" + holder.pid()));
    command.add("--mount");
    if (way.contains("--user")) {
      command.addAll(List.of("--user", "--preserve-credentials"));
    }
    return command;
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
