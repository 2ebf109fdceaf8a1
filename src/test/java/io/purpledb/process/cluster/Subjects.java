package io.purpledb.process.cluster;

import com.google.protobuf.ByteString;
import io.purpledb.linearizability.Action;
import io.purpledb.linearizability.Actions;
import io.purpledb.linearizability.Unread;
import io.purpledb.process.cluster.Subject.Move;
import io.purpledb.support.client.ServiceClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A key of each service that answers more than that it is done, and what clients do with it. */
final class Subjects {

  private static final int ITEMS = 6;

  private Subjects() {}

  /** Some keys of each service, which nobody has used. */
  static List<Subject<?>> some(int ofEach) {
    return IntStream.range(0, ofEach)
        .mapToObj(
            i -> {
              String key = i + "-" + UUID.randomUUID();
              return List.<Subject<?>>of(register(key), counter(key), set(key), flag(key));
            })
        .flatMap(List::stream)
        .toList();
  }

  /** Every value that is written is another one. */
  static Subject<Optional<String>> register(String key) {
    AtomicLong written = new AtomicLong();
    Move<Optional<String>> look = read(Actions.get(), purple -> value(purple.kvGet(key)));
    Move<Optional<String>> delete =
        write(Actions.delete(), purple -> wasThere(purple.kvDelete(key)));
    return new Subject<>(
        "register " + key,
        Optional.empty(),
        look,
        random -> {
          int choice = random.nextInt(10);
          if (choice < 6) {
            return choice < 5 ? look : delete;
          }
          String value = "v" + written.incrementAndGet();
          ByteString bytes = ByteString.copyFromUtf8(value);
          return write(Actions.put(value), purple -> done(purple.kvPut(key, bytes)));
        },
        Unread::alike);
  }

  static Subject<Long> counter(String key) {
    Move<Long> look = read(Actions.count(), purple -> purple.counterGet(key));
    Move<Long> increment = write(Actions.increment(1), purple -> purple.counterIncrement(key, 1));
    return new Subject<>(
        "counter " + key,
        0L,
        look,
        random -> random.nextInt(10) < 4 ? look : increment,
        UnaryOperator.identity());
  }

  static Subject<Set<String>> set(String key) {
    Move<Set<String>> look = read(Actions.items(), purple -> whole(purple.setGet(key)));
    return new Subject<>(
        "set " + key,
        Set.of(),
        look,
        random -> {
          int choice = random.nextInt(10);
          String item = "i" + random.nextInt(ITEMS);
          if (choice < 4) {
            return look;
          }
          return choice < 7
              ? write(Actions.add(item), purple -> whole(purple.setAdd(key, item)))
              : write(Actions.remove(item), purple -> whole(purple.setRemove(key, item)));
        },
        UnaryOperator.identity());
  }

  static Subject<Boolean> flag(String key) {
    Move<Boolean> look = read(Actions.isSet(), purple -> purple.flagGet(key));
    return new Subject<>(
        "flag " + key,
        false,
        look,
        random -> {
          boolean value = random.nextBoolean();
          return random.nextInt(10) < 6
              ? look
              : write(Actions.set(value), purple -> done(purple.flagSet(key, value)));
        },
        UnaryOperator.identity());
  }

  private static <S> Move<S> read(
      Action<S> action, Function<ServiceClient, CompletableFuture<?>> request) {
    return new Move<>(action, true, request);
  }

  private static <S> Move<S> write(
      Action<S> action, Function<ServiceClient, CompletableFuture<?>> request) {
    return new Move<>(action, false, request);
  }

  private static CompletableFuture<Optional<String>> value(CompletableFuture<ByteString> answer) {
    return answer
        .thenApply(bytes -> Optional.of(bytes.toStringUtf8()))
        .exceptionally(failure -> ifNotFound(failure, Optional.empty()));
  }

  private static CompletableFuture<Boolean> wasThere(CompletableFuture<Void> answer) {
    return answer.thenApply(deleted -> true).exceptionally(failure -> ifNotFound(failure, false));
  }

  private static <T> T ifNotFound(Throwable failure, T absent) {
    if (Refusal.isNotFound(failure)) {
      return absent;
    }
    throw new CompletionException(failure);
  }

  private static CompletableFuture<?> done(CompletableFuture<Void> answer) {
    return answer.thenApply(nothing -> Actions.DONE);
  }

  /** A list with an item twice is no set. */
  private static CompletableFuture<?> whole(CompletableFuture<List<String>> answer) {
    return answer.thenApply(
        items -> {
          Set<String> set = new TreeSet<>(items);
          return set.size() == items.size() ? set : items;
        });
  }
}
