package io.purpledb.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.client.ServiceClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What one client has written to every service, and how much of it was acknowledged. It writes one
 * request at a time, so after a crash there is at most one write whose outcome is unknown: the
 * value of each service is then exactly the acknowledged one, or the next.
 */
final class Ledger {

  private static final int SERVICES = 5;
  private static final int ITEMS_PER_SET = 50;
  private static final long TTL_SECONDS = 86_400;
  private static final long PATIENCE_SECONDS = 30;

  private final String client;

  /** Acknowledged steps; step n writes to service n modulo 5. */
  private int acknowledged;

  Ledger(String client) {
    this.client = client;
  }

  /** Writes one step after the other until a request fails, because the server was killed. */
  void writeUntilKilled(ServiceClient purple, Runnable onAcknowledged) throws Exception {
    try {
      while (true) {
        write(purple, acknowledged);
        acknowledged++;
        onAcknowledged.run();
      }
    } catch (ExecutionException killed) {
      assertThat(killed).hasCauseInstanceOf(Exception.class);
    }
  }

  int acknowledged() {
    return acknowledged;
  }

  /** Checks every acknowledged write, and learns whether the unknown one happened. */
  void check(ServiceClient purple) throws Exception {
    long counter = get(purple.counterGet(client));
    assertThat(counter)
        .as("counter of %s", client)
        .isBetween((long) steps(1), (long) steps(1) + perhaps(1));
    assertThat(get(purple.flagGet(client)))
        .as("flag of %s", client)
        .isIn(flag(steps(2)), flag(steps(2) + perhaps(2)));
    for (int i = 0; i < steps(0); i++) {
      assertThat(get(purple.kvGet(key(i)))).as("value of %s", key(i)).isEqualTo(value(i));
    }
    for (int i = 0; i < steps(4); i++) {
      assertThat(get(purple.cacheGet(key(i)))).as("cached %s", key(i)).isEqualTo(key(i));
    }
    for (int set = 0; set * ITEMS_PER_SET < steps(3); set++) {
      List<String> items = get(purple.setGet(client + "-" + set));
      assertThat(items).as("set %s-%d", client, set).containsAll(itemsOf(set));
      assertThat(items.size()).isBetween(itemsOf(set).size(), itemsOf(set).size() + perhaps(3));
    }
    if (perhaps(1) == 1 && counter > steps(1)) {
      acknowledged++; // the increment in flight happened: it must not be made again
    }
  }

  private void write(ServiceClient purple, int step) throws Exception {
    int i = step / SERVICES;
    switch (step % SERVICES) {
      case 0 -> get(purple.kvPut(key(i), value(i)));
      case 1 -> assertThat(get(purple.counterIncrement(client, 1))).isEqualTo(i + 1L);
      case 2 -> get(purple.flagSet(client, flag(i + 1)));
      case 3 -> get(purple.setAdd(client + "-" + i / ITEMS_PER_SET, key(i)));
      default -> get(purple.cacheSet(key(i), key(i), TTL_SECONDS));
    }
  }

  /** How many acknowledged steps went to one of the services. */
  private int steps(int service) {
    return (acknowledged - service + SERVICES - 1) / SERVICES;
  }

  /** 1 when the write in flight at the crash, if any, went to this service. */
  private int perhaps(int service) {
    return acknowledged % SERVICES == service ? 1 : 0;
  }

  private List<String> itemsOf(int set) {
    List<String> items = new ArrayList<>();
    for (int i = set * ITEMS_PER_SET; i < Math.min(steps(3), (set + 1) * ITEMS_PER_SET); i++) {
      items.add(key(i));
    }
    return items;
  }

  private String key(int i) {
    return client + "/" + i;
  }

  private ByteString value(int i) {
    return ByteString.copyFromUtf8("value " + i + " of " + client);
  }

  private static boolean flag(int times) {
    return times % 2 == 1;
  }

  private static <T> T get(CompletableFuture<T> answer) throws Exception {
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
