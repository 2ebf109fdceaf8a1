package io.purpledb.support;

import io.purpledb.support.client.Await;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Many callers at once, each of which waits for its answer before it calls again. */
public final class Callers {

  /** How many call at the same time. */
  public static final int COUNT = 64;

  /** One call: the number of the caller, the number of its turn. */
  public interface Call<T> {
    CompletableFuture<T> call(int caller, int turn);
  }

  private Callers() {}

  /** Lets all callers take all their turns; answers all that they were answered. */
  public static <T> List<T> run(int turns, Call<T> call) {
    List<CompletableFuture<List<T>>> callers =
        IntStream.range(0, COUNT).mapToObj(caller -> turns(caller, 0, turns, call)).toList();
    return callers.stream().flatMap(answers -> Await.value(answers).stream()).toList();
  }

  /** Does something that waits for answers with each of a list, with eight at the same time. */
  public static <T> void each(List<T> all, Consumer<T> action) {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<CompletableFuture<Void>> done =
          all.stream()
              .map(one -> CompletableFuture.runAsync(() -> action.accept(one), threads))
              .toList();
      done.forEach(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> CompletableFuture<List<T>> turns(
      int caller, int turn, int turns, Call<T> call) {
    if (turn == turns) {
      return CompletableFuture.completedFuture(List.of());
    }
    return call.call(caller, turn)
        .thenCompose(
            answer ->
                turns(caller, turn + 1, turns, call)
                    .thenApply(
                        later ->
                            Stream.concat(Stream.of(answer), later.stream())
                                .collect(Collectors.toList())));
  }
}
