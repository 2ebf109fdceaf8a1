package io.purpledb.process.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.client.Await;
import io.purpledb.support.client.ServiceClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * What one client has written, each thing once and in a place of its own, so that it can be counted
 * afterwards: what was acknowledged must be there, what was refused may be.
 */
final class Deposits {

  private static final int SERVICES = 5;
  private static final int ITEMS_PER_SET = 50;
  private static final int AT_ONCE = 32;
  private static final long TTL_SECONDS = 86_400;

  private final String name = "deposits-" + UUID.randomUUID();
  private final AtomicInteger steps = new AtomicInteger();
  private final Set<Integer> acknowledged = new ConcurrentSkipListSet<>();

  /** Writes the next thing through a client; the answer fails when it is refused. */
  CompletableFuture<?> next(ServiceClient purple) {
    int step = steps.getAndIncrement();
    return write(purple, step).thenAccept(done -> acknowledged.add(step));
  }

  /** How many writes were acknowledged. */
  int acknowledged() {
    return acknowledged.size();
  }

  /**
   * Checks, through a client, that every acknowledged write is there, and nothing that is not ours.
   */
  void check(ServiceClient purple) {
    all(service(0), i -> same(purple.kvGet(key(i)), value(i), key(i)));
    all(service(1), i -> same(purple.cacheGet(key(i)), key(i), key(i)));
    all(service(2), i -> same(purple.flagGet(key(i)), true, key(i)));
    long increments = service(3).size();
    assertThat(Await.value(purple.counterGet(name)))
        .as("counter of %s", name)
        .isBetween(increments, increments + refused(3));
    for (int set = 0; set <= steps.get() / SERVICES / ITEMS_PER_SET; set++) {
      checkSet(purple, set);
    }
  }

  private void checkSet(ServiceClient purple, int set) {
    List<String> items = Await.value(purple.setGet(name + set));
    Set<String> expected = new TreeSet<>();
    service(4).stream().filter(i -> i / ITEMS_PER_SET == set).map(this::key).forEach(expected::add);
    assertThat(items).as("items of %s", name + set).doesNotHaveDuplicates().containsAll(expected);
    assertThat(items.size() - expected.size())
        .as("items of %s that were refused", name + set)
        .isLessThanOrEqualTo(refused(4));
  }

  private CompletableFuture<?> write(ServiceClient purple, int step) {
    int i = step / SERVICES;
    return switch (step % SERVICES) {
      case 0 -> purple.kvPut(key(i), value(i));
      case 1 -> purple.cacheSet(key(i), key(i), TTL_SECONDS);
      case 2 -> purple.flagSet(key(i), true);
      case 3 -> purple.counterIncrement(name, 1);
      default -> purple.setAdd(name + i / ITEMS_PER_SET, key(i));
    };
  }

  /** The numbers of the acknowledged writes to a service. */
  private List<Integer> service(int service) {
    return acknowledged.stream()
        .filter(step -> step % SERVICES == service)
        .map(step -> step / SERVICES)
        .toList();
  }

  private int refused(int service) {
    int asked = (steps.get() - service + SERVICES - 1) / SERVICES;
    return asked - service(service).size();
  }

  private static void all(List<Integer> numbers, IntFunction<CompletableFuture<?>> check) {
    for (int from = 0; from < numbers.size(); from += AT_ONCE) {
      List<CompletableFuture<?>> checks = new ArrayList<>();
      numbers
          .subList(from, Math.min(numbers.size(), from + AT_ONCE))
          .forEach(i -> checks.add(check.apply(i)));
      checks.forEach(Await::value);
    }
  }

  private static <T> CompletableFuture<?> same(
      CompletableFuture<T> answer, T expected, String what) {
    return answer.handle(
        (value, failure) -> {
          assertThat(failure).as("acknowledged write of %s", what).isNull();
          assertThat(value).as("value of %s", what).isEqualTo(expected);
          return value;
        });
  }

  private String key(int i) {
    return name + "/" + i;
  }

  private ByteString value(int i) {
    return ByteString.copyFromUtf8("value " + i + " of " + name);
  }
}
