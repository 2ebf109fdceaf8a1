import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.client.PurpleClient;
import io.purpledb.client.PurpleException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Runs all operations on the HTTP client, and prints what it did: Http URL [KEY_ENCODING]. */
public final class Http {
  /** Each run has keys of its own; this one has all that a URL gives a meaning. */
  private static final String KEY = "java-http " + System.nanoTime() + "/ü+%2F?a=1&b#c \"ключ\" 😀";

  private static PurpleClient client;

  public static void main(String[] args) {
    client = new PurpleClient(args[0]);
    if (args.length > 1) {
      client = client.withKeyEncoding(args[1]);
    }
    cache();
    counter();
    flag();
    kv();
    set();
    keys();
    System.out.println("java http: all operations work");
  }

  private static void cache() {
    refused("cacheGet, absent", 404, () -> client.cacheGet(KEY));
    client.cacheSet(KEY, "grüße ☃\n", 60);
    expect("cacheGet", client.cacheGet(KEY), "grüße ☃\n");
    client.cacheSet(KEY, "short");
    expect("cacheGet, default ttl", client.cacheGet(KEY), "short");
    refused("cacheSet, ttl -1", 400, () -> client.cacheSet(KEY, "x", -1));
    refused("cacheSet, empty", 400, () -> client.cacheSet(KEY, "", 60));
  }

  private static void counter() {
    expect("counterGet, absent", client.counterGet(KEY).value(), 0L);
    expect("counterIncrement", client.counterIncrement(KEY, 2).value(), 2L);
    expect("counterIncrement, negative", client.counterIncrement(KEY, -5).value(), -3L);
    expect(
        "counterIncrement, past 2^53",
        client.counterIncrement(KEY, (1L << 53) + 4).value(),
        (1L << 53) + 1);
    long rest = Long.MAX_VALUE - (1L << 53) - 1;
    expect(
        "counterIncrement, to the end", client.counterIncrement(KEY, rest).value(), Long.MAX_VALUE);
    refused("counterIncrement, overflow", 409, () -> client.counterIncrement(KEY, 1));
    expect("counterGet", client.counterGet(KEY).value(), Long.MAX_VALUE);
  }

  private static void flag() {
    expect("flagGet, absent", client.flagGet(KEY).value(), false);
    client.flagSet(KEY, true);
    expect("flagGet", client.flagGet(KEY).value(), true);
    client.flagSet(KEY, false);
    expect("flagGet", client.flagGet(KEY).value(), false);
  }

  private static void kv() {
    refused("kvGet, absent", 404, () -> client.kvGet(KEY));
    for (byte[] value :
        List.of(new byte[] {-1, 0, '\r', '\n', -2}, new byte[0], new byte[1 << 20])) {
      client.kvPut(KEY, value);
      expect("kvGet", Arrays.equals(client.kvGet(KEY), value), true);
    }
    refused("kvPut, too large", 413, () -> client.kvPut(KEY, new byte[(1 << 20) + 1]));
    client.kvDelete(KEY);
    refused("kvDelete, absent", 404, () -> client.kvDelete(KEY));
  }

  private static void set() {
    expect("setGet, absent", client.setGet(KEY).items(), List.of());
    expect("setAdd", client.setAdd(KEY, "b&a+ %").items(), List.of("b&a+ %"));
    expect("setAdd", client.setAdd(KEY, "ü/😀").items(), List.of("b&a+ %", "ü/😀"));
    expect("setGet", client.setGet(KEY).items(), List.of("b&a+ %", "ü/😀"));
    expect("setRemove", client.setRemove(KEY, "b&a+ %").items(), List.of("ü/😀"));
    expect("setRemove, absent", client.setRemove(KEY, "b").items(), List.of("ü/😀"));
    expect("setRemove, last", client.setRemove(KEY, "ü/😀").items(), List.of());
    refused("setAdd, empty", 400, () -> client.setAdd(KEY, ""));
  }

  private static void keys() {
    String[] awkward = {
      "a/b",
      "/",
      "//",
      "a+b",
      "a b",
      "100%",
      "%2F",
      "?",
      "???",
      "#",
      "\"q\"",
      "-5",
      "{\"a\":1}",
      ".",
      "..",
      "...",
      "a/../b",
      "\n",
      "é",
      "😀"
    };
    for (String key : awkward) {
      client.kvPut(key, key.getBytes(UTF_8));
      expect("kvGet", new String(client.kvGet(key), UTF_8), key);
      client.kvDelete(key);
      // The answer names the key as the server understood it.
      expect("counterGet", client.counterGet(key).counter(), key);
    }
    thrown("kvPut of half a surrogate pair", () -> client.kvPut("\ud83d", new byte[0]));
    thrown("cacheSet of half a surrogate pair", () -> client.cacheSet(KEY, "\ud83d"));
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
