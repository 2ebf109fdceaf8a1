import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.client.PurpleClient;
import io.purpledb.client.PurpleException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Runs all twelve operations on the HTTP client, and prints what it did. */
public final class Http {
  private static final PurpleClient CLIENT = new PurpleClient(System.getenv("PURPLE_URL"));

  /** Each run has keys of its own; this one has all that a URL gives a meaning. */
  private static final String KEY = "java-http " + System.nanoTime() + "/ü+%2F?a=1&b#c \"ключ\" 😀";

  public static void main(String[] args) {
    cache();
    counter();
    flag();
    kv();
    set();
    keys();
    System.out.println("java http: all twelve operations work");
  }

  private static void cache() {
    refused("cacheGet, absent", 404, () -> CLIENT.cacheGet(KEY));
    CLIENT.cacheSet(KEY, "grüße ☃\n", 60);
    expect("cacheGet", CLIENT.cacheGet(KEY), "grüße ☃\n");
    CLIENT.cacheSet(KEY, "short");
    expect("cacheGet, default ttl", CLIENT.cacheGet(KEY), "short");
    refused("cacheSet, ttl -1", 400, () -> CLIENT.cacheSet(KEY, "x", -1));
    refused("cacheSet, empty", 400, () -> CLIENT.cacheSet(KEY, "", 60));
  }

  private static void counter() {
    expect("counterGet, absent", CLIENT.counterGet(KEY).value(), 0L);
    expect("counterIncrement", CLIENT.counterIncrement(KEY, 2).value(), 2L);
    expect("counterIncrement, negative", CLIENT.counterIncrement(KEY, -5).value(), -3L);
    expect("counterIncrement, past 2^53", CLIENT.counterIncrement(KEY, (1L << 53) + 4).value(), (1L << 53) + 1);
    long rest = Long.MAX_VALUE - (1L << 53) - 1;
    expect("counterIncrement, to the end", CLIENT.counterIncrement(KEY, rest).value(), Long.MAX_VALUE);
    refused("counterIncrement, overflow", 409, () -> CLIENT.counterIncrement(KEY, 1));
    expect("counterGet", CLIENT.counterGet(KEY).value(), Long.MAX_VALUE);
  }

  private static void flag() {
    expect("flagGet, absent", CLIENT.flagGet(KEY).value(), false);
    CLIENT.flagSet(KEY, true);
    expect("flagGet", CLIENT.flagGet(KEY).value(), true);
    CLIENT.flagSet(KEY, false);
    expect("flagGet", CLIENT.flagGet(KEY).value(), false);
  }

  private static void kv() {
    refused("kvGet, absent", 404, () -> CLIENT.kvGet(KEY));
    for (byte[] value : List.of(new byte[] {-1, 0, '\r', '\n', -2}, new byte[0], new byte[1 << 20])) {
      CLIENT.kvPut(KEY, value);
      expect("kvGet", Arrays.equals(CLIENT.kvGet(KEY), value), true);
    }
    refused("kvPut, too large", 413, () -> CLIENT.kvPut(KEY, new byte[(1 << 20) + 1]));
    CLIENT.kvDelete(KEY);
    refused("kvDelete, absent", 404, () -> CLIENT.kvDelete(KEY));
  }

  private static void set() {
    expect("setGet, absent", CLIENT.setGet(KEY).items(), List.of());
    expect("setAdd", CLIENT.setAdd(KEY, "b&a+ %").items(), List.of("b&a+ %"));
    expect("setAdd", CLIENT.setAdd(KEY, "ü/😀").items(), List.of("b&a+ %", "ü/😀"));
    expect("setGet", CLIENT.setGet(KEY).items(), List.of("b&a+ %", "ü/😀"));
    expect("setRemove", CLIENT.setRemove(KEY, "b&a+ %").items(), List.of("ü/😀"));
    expect("setRemove, absent", CLIENT.setRemove(KEY, "b").items(), List.of("ü/😀"));
    expect("setRemove, last", CLIENT.setRemove(KEY, "ü/😀").items(), List.of());
    refused("setAdd, empty", 400, () -> CLIENT.setAdd(KEY, ""));
  }

  private static void keys() {
    String[] awkward = {"a/b", "/", "//", "a+b", "a b", "100%", "%2F", "?", "#", "\"q\"", "-5", "{\"a\":1}", ".", "..", "...", "a/../b", "\n", "é", "😀"};
    for (String key : awkward) {
      CLIENT.kvPut(key, key.getBytes(UTF_8));
      expect("kvGet", new String(CLIENT.kvGet(key), UTF_8), key);
      CLIENT.kvDelete(key);
    }
    thrown("kvPut of half a surrogate pair", () -> CLIENT.kvPut("\ud83d", new byte[0]));
    thrown("cacheSet of half a surrogate pair", () -> CLIENT.cacheSet(KEY, "\ud83d"));
  }

  private static void expect(String operation, Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) {
      throw new AssertionError(operation + ": " + actual + " (expected: " + expected + ")");
    }
    System.out.println(operation + ": " + actual);
  }

  private static void refused(String operation, int status, Runnable call) {
    try {
      call.run();
    } catch (PurpleException e) {
      expect(operation + ", " + e.getMessage(), e.problem().status(), status);
      expect(operation + ", says why", e.problem().detail().isEmpty(), false);
      return;
    }
    throw new AssertionError(operation + ": no exception (expected: " + status + ")");
  }

  private static void thrown(String operation, Runnable call) {
    try {
      call.run();
    } catch (IllegalArgumentException e) {
      System.out.println(operation + ": " + e.getMessage());
      return;
    }
    throw new AssertionError(operation + ": no exception");
  }
}
