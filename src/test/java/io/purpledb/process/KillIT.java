package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.process.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * kill -9 at random moments: the packaged server as its own process, clients on several connections
 * of both protocols, and after each restart every acknowledged write of every service is there.
 */
class KillIT {

  private static final int FEW = 2;
  private static final int MANY = Integer.getInteger("purple.rounds", 10);
  private static final int CLIENTS = 8;
  private static final int MAX_WRITES_PER_ROUND = 1500;

  @ParameterizedTest
  @ValueSource(strings = {"fsync", "process"})
  void keepsEveryAcknowledgedWrite(String durability, @TempDir Path directory) throws Exception {
    keeps(durability, FEW, directory);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"fsync", "process"})
  void keepsThemOverManyKills(String durability, @TempDir Path directory) throws Exception {
    keeps(durability, MANY, directory);
  }

  private static void keeps(String durability, int rounds, Path directory) throws Exception {
    long seed = System.nanoTime();
    System.out.println("KillIT " + durability + ": seed " + seed);
    Random random = new Random(seed);
    List<Ledger> ledgers =
        IntStream.range(0, CLIENTS).mapToObj(i -> new Ledger("client-" + i)).toList();
    for (int round = 0; round < rounds; round++) {
      try (ServerProcess server = start(directory, durability)) {
        checkAll(server, ledgers);
        writeAndKill(server, ledgers, 1 + random.nextInt(MAX_WRITES_PER_ROUND));
      }
    }
    try (ServerProcess server = start(directory, durability)) {
      checkAll(server, ledgers);
    }
    assertThat(ledgers).allSatisfy(ledger -> assertThat(ledger.acknowledged()).isPositive());
  }

  private static ServerProcess start(Path directory, String durability) {
    return ServerProcess.start(directory, "--durability", durability);
  }

  private static void checkAll(ServerProcess server, List<Ledger> ledgers) throws Exception {
    // What was written through one protocol is read through the other.
    try (ServiceClient http = ServiceClient.http(server.httpPort());
        ServiceClient grpc = ServiceClient.grpc(server.grpcPort())) {
      for (int i = 0; i < ledgers.size(); i++) {
        ledgers.get(i).check(i % 2 == 0 ? grpc : http);
      }
    }
  }

  private static void writeAndKill(ServerProcess server, List<Ledger> ledgers, int writes)
      throws Exception {
    CountDownLatch enough = new CountDownLatch(writes);
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int i = 0; i < ledgers.size(); i++) {
      Ledger ledger = ledgers.get(i);
      boolean http = i % 2 == 0;
      ServiceClient purple =
          http ? ServiceClient.http(server.httpPort()) : ServiceClient.grpc(server.grpcPort());
      clients.add(inThread(() -> ledger.writeUntilKilled(purple, enough::countDown), purple));
    }
    assertThat(enough.await(60, TimeUnit.SECONDS)).as("%d writes in time", writes).isTrue();
    server.kill();
    for (CompletableFuture<Void> client : clients) {
      client.get(60, TimeUnit.SECONDS);
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> inThread(Work work, ServiceClient purple) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    new Thread(
            () -> {
              try (purple) {
                work.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            })
        .start();
    return done;
  }
}
