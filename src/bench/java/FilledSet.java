import io.purpledb.Purple;
import io.purpledb.PurpleServer;
import io.purpledb.config.source.Invocation;
import io.purpledb.message.bus.Caller;
import io.purpledb.v1.SetAddRequest;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Purple with a large set from the start. It is filled over the event bus, where an answer with the
 * whole set costs its references and not its text. Arguments: items, name of the set, and those of
 * {@link Purple}.
 */
final class FilledSet {

  private static final long TIMEOUT_MILLIS = 60_000;

  private FilledSet() {}

  public static void main(String[] args) {
    List<String> options = Arrays.asList(args).subList(2, args.length);
    if (!(Invocation.of(options, Map.of()) instanceof Invocation.Start start)) {
      throw new IllegalArgumentException(options + " (expected: the options of a server)");
    }
    PurpleServer server =
        PurpleServer.start(start.config(), InstantSource.system())
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> server.close().toCompletionStage().toCompletableFuture().join()));
    fill(server, args[1], Integer.parseInt(args[0]));
    System.out.println("Ready.");
  }

  private static void fill(PurpleServer server, String set, int items) {
    Caller sets = Caller.anywhere(server.vertx(), "purple.set", TIMEOUT_MILLIS);
    for (int i = 0; i < items; i++) {
      sets.request(SetAddRequest.newBuilder().setKey(set).setItem("item-" + i).build())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }
}
