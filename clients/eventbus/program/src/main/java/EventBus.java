import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.PurpleClient;
import io.purpledb.message.Failure;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.CounterGetResponse;
import io.purpledb.v1.CounterIncrementRequest;
import io.purpledb.v1.CounterIncrementResponse;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.jar.JarFile;

/**
 * Tries the client of the event bus on a live cluster, with no class of a server: EventBus MEMBERS.
 */
public final class EventBus {
  private static final String KEY = "eventbus é/" + System.nanoTime();

  /** What only a server has. */
  private static final List<String> OF_A_SERVER =
      List.of(
          "io/purpledb/Purple.class",
          "io/purpledb/PurpleServer",
          "io/purpledb/server/",
          "io/purpledb/service/",
          "io/purpledb/backend/",
          "io/purpledb/engine/",
          "io/purpledb/config/setting/",
          "io/vertx/ext/web/",
          "io/vertx/grpc/",
          "io/vertx/redis/",
          "org/h2/",
          "org/apache/ratis/",
          "org/yaml/snakeyaml/",
          "picocli/");

  public static void main(String[] args) throws IOException {
    int jars = hasNoServer();
    PurpleClient purple = await(PurpleClient.join(args[0]));
    try {
      services(purple);
      failures(purple);
    } finally {
      await(purple.close());
    }
    System.out.println("event bus: ok, with " + jars + " jars and none of a server");
  }

  /** Looks through the class path, and returns how many jars it has. */
  private static int hasNoServer() throws IOException {
    int jars = 0;
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (path.endsWith(".jar")) {
        jars++;
        try (JarFile jar = new JarFile(path)) {
          Optional<String> found =
              jar.stream()
                  .map(entry -> entry.getName())
                  .filter(name -> OF_A_SERVER.stream().anyMatch(name::startsWith))
                  .findFirst();
          expect(path + " has", Optional.empty(), found);
        }
      }
    }
    return jars;
  }

  private static void services(PurpleClient purple) {
    for (String service : List.of("cache", "counter", "flag", "kv", "set")) {
      await(purple.health(service));
    }
    for (long i = 1; i <= 2; i++) {
      CounterIncrementResponse counted = call(purple, increment(1));
      expect("counterIncrement", i, counted.getValue());
    }
    CounterGetResponse counter = call(purple, CounterGetRequest.newBuilder().setKey(KEY).build());
    expect("counterGet", 2L, counter.getValue());

    ByteString value = ByteString.copyFrom(new byte[] {0, 'a', -1});
    call(purple, KvPutRequest.newBuilder().setKey(KEY).setValue(value).build());
    KvGetResponse found = call(purple, get(KEY));
    expect("kvGet", value, found.getValue());
  }

  private static void failures(PurpleClient purple) {
    failed("kvGet, absent", Failure.Kind.NOT_FOUND, purple.call(get(KEY + " absent")));
    failed("kvGet, no key", Failure.Kind.INVALID, purple.call(get("")));
    call(purple, increment(Long.MAX_VALUE - 2));
    failed("counterIncrement, overflow", Failure.Kind.CONFLICT, purple.call(increment(1)));
    failed("health of what is not there", Failure.Kind.UNAVAILABLE, purple.health("nothing"));
  }

  private static CounterIncrementRequest increment(long amount) {
    return CounterIncrementRequest.newBuilder().setKey(KEY).setAmount(amount).build();
  }

  private static KvGetRequest get(String key) {
    return KvGetRequest.newBuilder().setKey(key).build();
  }

  private static <R extends Message> R call(PurpleClient purple, Message request) {
    return await(purple.<R>call(request));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static void failed(String what, Failure.Kind kind, Future<?> future) {
    try {
      throw new AssertionError(what + ": " + await(future) + " (expected: " + kind + ")");
    } catch (CompletionException e) {
      expect(what, kind, Failure.of(e.getCause()).kind());
      System.out.println(what + ": " + kind.code());
    }
  }

  private static void expect(String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new AssertionError(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
