package io.purpledb.support.process;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the tests of a class in a JVM whose network is its own, so that they can build a network of
 * hosts in it and cut it: a network namespace, which root may make and everyone else in a user
 * namespace. It ends with the JVM, so nothing is left behind and builds do not meet.
 */
public final class PrivateNetwork {

  private static final long PATIENCE_MINUTES = 40;
  private static final List<String> AS_ROOT = List.of("unshare", "--net");
  private static final List<String> AS_ANYONE =
      List.of("unshare", "--user", "--map-root-user", "--net");

  private PrivateNetwork() {}

  /** Runs all tests of a class there; fails as they do. */
  public static void run(Class<?> tests) {
    List<String> command = new ArrayList<>(unshare());
    command.add(ServerProcess.java());
    System.getProperties()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("purple.")) {
                command.add("-D" + name + "=" + value);
              }
            });
    command.addAll(
        List.of("-ea", "-cp", classPath(), PrivateNetwork.class.getName(), tests.getName()));
    if (execute(command, true) != 0) {
      throw new AssertionError(
          tests.getSimpleName() + " failed in a network of its own; its output is above");
    }
  }

  /** The class path of these tests. */
  static String classPath() {
    return System.getProperty(
        "surefire.test.class.path", System.getProperty("java.class.path", ""));
  }

  private static List<String> unshare() {
    List<String> found = new ArrayList<>();
    for (List<String> way : List.of(AS_ROOT, AS_ANYONE)) {
      List<String> attempt = new ArrayList<>(way);
      attempt.addAll(List.of("ip", "link", "add", "probe", "type", "bridge"));
      if (execute(attempt, false) == 0) {
        return way;
      }
      found.add(String.join(" ", attempt));
    }
    throw new AssertionError(
        "no network namespace: neither of "
            + found
            + " works (expected: iproute2 and util-linux, and root or user namespaces:"
            + " sysctl kernel.unprivileged_userns_clone=1"
            + " kernel.apparmor_restrict_unprivileged_userns=0)");
  }

  private static int execute(List<String> command, boolean shown) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      try (var output = process.inputReader()) {
        output.lines().filter(line -> shown).forEach(System.out::println);
      }
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        process.destroy();
        throw new AssertionError("still running: " + command);
      }
      return process.exitValue();
    } catch (IOException notFound) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * In the JVM with the network: runs the tests of a class, or one method, {@code Class#method}.
   */
  public static void main(String[] args) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(args[0].contains("#") ? selectMethod(args[0]) : selectClass(args[0]))
            .build();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out, 30);
    out.printf(
        "%s: %d passed, %d failed%n",
        args[0], summary.getTestsSucceededCount(), summary.getTotalFailureCount());
    boolean passed = summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0;
    System.exit(passed ? 0 : 1);
  }
}
