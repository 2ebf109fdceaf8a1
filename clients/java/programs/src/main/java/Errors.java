import io.purpledb.client.PurpleClient;
import io.purpledb.client.PurpleException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Tries the errors of the HTTP client on a live server, a broken one and a picky proxy: Errors LIVE
 * BROKEN PICKY.
 */
public final class Errors {
  private static final String KEY = "java-errors " + System.nanoTime();
  private static final String ABSENT = "http://127.0.0.1:1";
  private static final Duration SHORT = Duration.ofMillis(300);

  public static void main(String[] args) throws Exception {
    codes(args[0]);
    network(args[1]);
    interrupted(new PurpleClient(args[1] + "/mute"));
    nulls(new PurpleClient(ABSENT));
    encodings(args[2]);
    connections(new PurpleClient(args[1] + "/count-java"));
    System.out.println("java errors: each has its code");
  }

  private static void codes(String live) {
    PurpleClient client = new PurpleClient(live);
    failed("kvGet, absent", "not_found", 404, () -> client.kvGet(KEY));
    failed("cacheSet, ttl -1", "invalid_argument", 400, () -> client.cacheSet(KEY, "x", -1));
    byte[] large = new byte[(1 << 20) + 1];
    failed("kvPut, too large", "value_too_large", 413, () -> client.kvPut(KEY, large));
    for (String none : List.of("localhost:8080", "localhost", "ftp://localhost", "http://[", "")) {
      PurpleClient wrong = new PurpleClient(none);
      failed("kvGet, the URL " + none, "invalid_argument", 0, () -> wrong.kvGet(KEY));
    }
    PurpleClient nowhere = new PurpleClient(live + "/nowhere");
    failed("kvGet, wrong URL", "no_such_path", 404, () -> nowhere.kvGet(KEY));
  }

  private static void network(String broken) {
    for (String illness : List.of("mute", "half")) {
      PurpleClient client = new PurpleClient(broken + "/" + illness, SHORT);
      failed(illness + ", 300 ms", "timed_out", 0, () -> client.counterGet(KEY));
    }
    PurpleClient mute = new PurpleClient(broken + "/mute");
    long start = System.nanoTime();
    failed("mute, default", "timed_out", 0, () -> mute.counterIncrement(KEY, 1));
    long millis = (System.nanoTime() - start) / 1_000_000;
    expect("the default timeout is 5 s", millis > 4900 && millis < 15_000);
    PurpleClient absent = new PurpleClient(ABSENT);
    failed("absent", "connection_failed", 0, () -> absent.kvGet(KEY));
    PurpleClient closed = new PurpleClient(broken + "/closed");
    failed("closed", "connection_failed", 0, () -> closed.kvPut(KEY, new byte[1]));
    PurpleClient proxy = new PurpleClient(broken + "/proxy");
    failed("proxy", "unexpected_answer", 502, () -> proxy.kvGet(KEY));
    PurpleClient junk = new PurpleClient(broken + "/junk");
    failed("junk", "unexpected_answer", 200, () -> junk.counterGet(KEY));
  }

  private static void interrupted(PurpleClient mute) {
    Thread.currentThread().interrupt();
    failed("interrupted", "cancelled", 0, () -> mute.kvGet(KEY));
    expect("the thread is still interrupted", Thread.interrupted());
  }

  /** Nothing listens there: what is sent is no NullPointerException. */
  private static void nulls(PurpleClient absent) {
    refused("kvPut", () -> absent.kvPut(KEY, null));
    refused("kvGet", () -> absent.kvGet(null));
    refused("cacheSet", () -> absent.cacheSet(KEY, null, 1));
    refused("setAdd", () -> absent.setAdd(KEY, null));
    refused("setRemove", () -> absent.setRemove(KEY, null));
  }

  private static void encodings(String picky) {
    PurpleClient plain = new PurpleClient(picky);
    failed("a space, through a picky proxy", "unexpected_answer", 400, () -> plain.kvGet(KEY));
    PurpleClient client = plain.withKeyEncoding("base64url");
    failed("the same in base64url", "not_found", 404, () -> client.kvGet(KEY));
    failed("an empty key in base64url", "invalid_argument", 400, () -> client.kvGet(""));
    failed("an empty item in base64url", "invalid_argument", 400, () -> client.setAdd(KEY, ""));
    for (String encoding : List.of("base64", "BASE64URL", "")) {
      failed(
          "an encoding " + encoding, "invalid_argument", 0, () -> plain.withKeyEncoding(encoding));
    }
    refused("no encoding", () -> plain.withKeyEncoding(null));
  }

  private static void connections(PurpleClient client) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    Callable<Long> call = () -> client.counterGet(KEY).value();
    long opened = 0;
    // All eight have their answer before one asks again: whoever keeps fewer has closed some.
    for (int round = 0; round < 50; round++) {
      for (Future<Long> count : threads.invokeAll(Collections.nCopies(8, call))) {
        opened = Math.max(opened, count.get());
      }
    }
    threads.shutdown();
    // A connection may become free just after another was opened.
    expect("400 calls of 8 threads open " + opened + " connections", opened <= 16);
  }

  private static void failed(String operation, String code, int status, Runnable call) {
    try {
      call.run();
    } catch (PurpleException e) {
      boolean whole = !e.problem().title().isEmpty() && !e.problem().detail().isEmpty();
      expect(
          operation + ": " + e.getMessage() + " (expected: " + code + ")",
          e.code().equals(code) && e.problem().status() == status && whole);
      return;
    }
    throw new AssertionError(operation + ": no exception (expected: " + code + ")");
  }

  private static void refused(String operation, Runnable call) {
    try {
      call.run();
    } catch (NullPointerException e) {
      expect(operation + ": " + e.getMessage(), e.getMessage().contains("(expected: "));
      return;
    }
    throw new AssertionError(operation + ": no exception");
  }

  private static void expect(String what, boolean fulfilled) {
    if (!fulfilled) {
      throw new AssertionError(what);
    }
    System.out.println(what);
  }
}
