package io.purpledb.process.cluster;

import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.NodeProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Clients that call all nodes through both protocols until they are told to stop. Each has a node
 * where it feels at home and calls the others now and then. After a refusal it asks another node
 * once and rests for a moment if that refuses, too, as clients should. A request without an answer
 * is given up, though its answer may still count.
 */
final class Crowd implements AutoCloseable {

  private static final long PATIENCE_MILLIS = 11_000; // more than a request has on the server
  private static final long REST_MILLIS = 100;
  private static final int MAX_PAUSE_MILLIS = 12;
  private static final int AWAY_IN = 5;

  /** What is asked next through a client. */
  interface Work {
    CompletableFuture<?> ask(int client, ServiceClient purple, Random random);
  }

  /** A request that was refused or not answered, and when that was known. */
  record Refused(NodeProcess node, long nanos, Throwable failure) {}

  /** A request that was not answered by one node and then not by another either. */
  record RefusedTwice(Refused first, Refused second) {}

  private final List<NodeProcess> nodes;
  private final List<Thread> clients = new ArrayList<>();
  private final Queue<Refused> refused = new ConcurrentLinkedQueue<>();
  private final Queue<RefusedTwice> refusedTwice = new ConcurrentLinkedQueue<>();
  private final AtomicLong answered = new AtomicLong();
  private volatile boolean stopped;

  Crowd(List<NodeProcess> nodes) {
    this.nodes = nodes;
  }

  /** Lets more clients work at something. */
  Crowd with(int count, Function<Integer, Work> work) {
    for (int i = 0; i < count; i++) {
      int client = clients.size();
      Work own = work.apply(i);
      Thread thread = new Thread(() -> run(client, own), "client-" + client);
      clients.add(thread);
      thread.start();
    }
    return this;
  }

  /** Clients that ask anything of some subjects. */
  Crowd asking(int count, List<Subject<?>> subjects) {
    return with(
        count,
        i ->
            (client, purple, random) ->
                subjects.get(random.nextInt(subjects.size())).ask(client, purple, random));
  }

  /** One client for each of some deposits. */
  Crowd depositing(List<Deposits> deposits) {
    return with(deposits.size(), i -> (client, purple, random) -> deposits.get(i).next(purple));
  }

  /** How many requests were answered so far. */
  long answered() {
    return answered.get();
  }

  /** The requests so far that were not. */
  List<Refused> refused() {
    return List.copyOf(refused);
  }

  /** The requests so far that were not answered either when they were tried at another node. */
  List<RefusedTwice> refusedTwice() {
    return List.copyOf(refusedTwice);
  }

  private void run(int client, Work work) {
    Random random = new Random(client);
    while (!stopped) {
      boolean away = random.nextInt(AWAY_IN) == 0;
      int node = away ? random.nextInt(nodes.size()) : client % nodes.size();
      Refused first = refusal(nodes.get(node), client, work, random);
      Refused second =
          first == null
              ? null
              : refusal(nodes.get((node + 1) % nodes.size()), client, work, random);
      if (first != null && second != null) {
        refusedTwice.add(new RefusedTwice(first, second));
        sleep(REST_MILLIS);
      } else {
        sleep(random.nextInt(MAX_PAUSE_MILLIS));
      }
    }
  }

  private @Nullable Refused refusal(NodeProcess node, int client, Work work, Random random) {
    ServiceClient purple = random.nextBoolean() ? node.http() : node.grpc();
    Throwable failure = failureOf(work.ask(client, purple, random));
    if (failure == null) {
      answered.incrementAndGet();
      return null;
    }
    Refused refusal = new Refused(node, System.nanoTime(), failure);
    refused.add(refusal);
    return refusal;
  }

  private static @Nullable Throwable failureOf(CompletableFuture<?> answer) {
    try {
      answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      return e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e;
    }
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells the clients to stop and waits until they have. */
  @Override
  public void close() {
    stopped = true;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
