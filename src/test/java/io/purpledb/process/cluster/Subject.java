package io.purpledb.process.cluster;

import io.purpledb.linearizability.Action;
import io.purpledb.linearizability.Checker;
import io.purpledb.linearizability.RecordedCall;
import io.purpledb.linearizability.Verdict;
import io.purpledb.support.client.ServiceClient;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One key of one service, with the history of what clients asked of it and were answered. A refused
 * write may have happened or not, unless it was never sent; a refused read tells nothing.
 */
final class Subject<S> {

  /**
   * What a client may ask.
   *
   * @param reads whether it changes nothing
   * @param request asks a client, and answers what the action would reply
   */
  record Move<S>(
      Action<S> action, boolean reads, Function<ServiceClient, CompletableFuture<?>> request) {}

  private final String name;
  private final S initial;
  private final Move<S> look;
  private final Function<Random, Move<S>> moves;
  private final UnaryOperator<List<RecordedCall<S>>> simpler;
  private final Queue<Asked<S>> history = new ConcurrentLinkedQueue<>();

  /**
   * @param look asks for the whole state
   * @param moves chooses what to ask next
   * @param simpler makes a history easier to check without changing what the checker says
   */
  Subject(
      String name,
      S initial,
      Move<S> look,
      Function<Random, Move<S>> moves,
      UnaryOperator<List<RecordedCall<S>>> simpler) {
    this.name = name;
    this.initial = initial;
    this.look = look;
    this.moves = moves;
    this.simpler = simpler;
  }

  /** One call, whose answer may still come. */
  private static final class Asked<S> {
    private final int client;
    private final Move<S> move;
    private final long invoked = System.nanoTime();
    private long completed;
    private @Nullable Object reply;
    private boolean withoutEffect;

    Asked(int client, Move<S> move) {
      this.client = client;
      this.move = move;
      this.withoutEffect = move.reads();
    }

    synchronized void answered(@Nullable Object answer, @Nullable Throwable failure) {
      completed = System.nanoTime();
      reply = failure == null ? answer : null;
      withoutEffect |= failure != null && Refusal.neverSent(failure);
    }

    /** The call as it counts; null when it tells nothing. */
    synchronized @Nullable RecordedCall<S> call() {
      Object known = reply;
      if (known != null) {
        return new RecordedCall<>(client, move.action(), invoked, completed, known);
      }
      return withoutEffect ? null : RecordedCall.unknown(client, move.action(), invoked);
    }
  }

  /** Asks something at random; the answer fails when the request is refused. */
  CompletableFuture<?> ask(int client, ServiceClient purple, Random random) {
    return ask(client, purple, moves.apply(random));
  }

  /** Asks for the whole state; the answer fails when the request is refused. */
  CompletableFuture<?> look(int client, ServiceClient purple) {
    return ask(client, purple, look);
  }

  private CompletableFuture<?> ask(int client, ServiceClient purple, Move<S> move) {
    Asked<S> asked = new Asked<>(client, move);
    history.add(asked);
    return move.request().apply(purple).whenComplete(asked::answered);
  }

  /** Whether what was answered so far could have come from one object. */
  Verdict check(Duration limit) {
    return Checker.check(initial, simpler.apply(calls()), limit);
  }

  /** The calls that tell something. */
  List<RecordedCall<S>> calls() {
    return history.stream().flatMap(asked -> Stream.ofNullable(asked.call())).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
