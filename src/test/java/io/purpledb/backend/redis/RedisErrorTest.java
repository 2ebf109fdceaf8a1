package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.BrittleCodec.Place;
import io.purpledb.backend.redis.connection.RedisRoom;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.KvService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something throws in the middle of a connection's work: the connection ends with all that wait on
 * it, the next one serves, and nobody gets another's answer.
 */
class RedisErrorTest {

  private static final int KEYS = 20;
  private static final int MAX_IN_FLIGHT = 20;
  private static final String MARKED = "value 7";

  private static RedisProcess redis;

  private final TestLoop loop = new TestLoop();
  private final BrittleCodec codec = new BrittleCodec();
  private final RedisRoom room = new RedisRoom(1 << 20);
  private final ReplyRoom replies = new ReplyRoom(1 << 20);
  private LogLines log;
  private KvService kv;

  @BeforeAll
  static void startRedis() {
    redis = RedisForTests.start();
  }

  @AfterAll
  static void closeRedis() {
    redis.close();
  }

  @BeforeEach
  void open() {
    NativeBackends backends =
        new NativeBackends(
            RedisServer.of(loop.vertx(), redis.url(), 5000, MAX_IN_FLIGHT, room, replies, codec));
    kv = loop.call(() -> new KvService(backends.engine("kv")));
    log = new LogLines();
    for (int i = 0; i < KEYS; i++) {
      int number = i;
      loop.answer(() -> kv.put("key " + number, value(number)));
    }
  }

  @AfterEach
  void close() {
    loop.answer(kv.engine()::close);
    loop.close();
    log.close();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void anErrorEndsTheConnectionAndShiftsNothing(Place place) {
    breaks(place, new OutOfMemoryError("Java heap space"));
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void soDoesAnException(Place place) {
    breaks(place, new IllegalStateException("broken"));
  }

  @Test
  void nothingIsLeftInFlightByErrors() {
    for (int i = 0; i < MAX_IN_FLIGHT + 1; i++) {
      loop.call(
          () -> {
            codec.throwOnce(Place.ENCODE, text -> text.contains("marked"), new OutOfMemoryError());
            return true;
          });
      assertThat(failureOf(loop.start(() -> kv.get("marked"))).kind()).isEqualTo(Kind.UNAVAILABLE);
      awaitServing();
    }

    readsAreRight();
  }

  @Test
  void aReaderThatThrowsHurtsNobodysAnswer() {
    List<CompletableFuture<ByteString>> reads = new ArrayList<>();
    loop.call(
        () -> {
          for (int i = 0; i < KEYS; i++) {
            Future<ByteString> read = kv.get("key " + i);
            if (i == 7) {
              read.onComplete(
                  (value, error) -> {
                    throw new OutOfMemoryError("in a listener");
                  });
            }
            reads.add(read.toCompletionStage().toCompletableFuture());
          }
          return true;
        });

    reads.forEach(read -> read.handle((value, error) -> true).join());
    assertAnswersAreOwn(reads);
    awaitServing();
    readsAreRight();
  }

  private void breaks(Place place, Throwable thrown) {
    String mark = place == Place.ENCODE ? "key 7" : MARKED;
    List<CompletableFuture<ByteString>> reads = new ArrayList<>();
    loop.call(
        () -> {
          codec.throwOnce(place, text -> text.contains(mark), thrown);
          for (int i = 0; i < KEYS; i++) {
            reads.add(future(i));
          }
          return true;
        });

    reads.forEach(read -> read.handle((value, error) -> true).join());
    assertThat(loop.call(codec::hasThrown)).isTrue();
    assertAnswersAreOwn(reads);
    awaitServing();
    readsAreRight();
  }

  private CompletableFuture<ByteString> future(int i) {
    return Future.succeededFuture()
        .compose(x -> kv.get("key " + i)) // also takes what it throws
        .toCompletionStage()
        .toCompletableFuture();
  }

  private static void assertAnswersAreOwn(List<CompletableFuture<ByteString>> reads) {
    for (int i = 0; i < reads.size(); i++) {
      if (reads.get(i).isCompletedExceptionally()) {
        Failure failure = failureOf(reads.get(i));
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
      } else {
        assertThat(reads.get(i).join()).isEqualTo(value(i));
      }
    }
  }

  private static Failure failureOf(CompletableFuture<?> answer) {
    try {
      throw new AssertionError("answered: " + answer.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof Failure failure) {
        return failure;
      }
      throw e;
    }
  }

  private void awaitServing() {
    long start = System.nanoTime();
    while (!loop.answer(
        () -> kv.health().transform((ok, error) -> Future.succeededFuture(error == null)))) {
      assertThat(LinkTest.millisSince(start)).isLessThan(4000);
    }
  }

  /** One after the other, so that an answer of an earlier question would show. */
  private void readsAreRight() {
    for (int i = 0; i < KEYS; i++) {
      int number = i;
      assertThat(loop.answer(() -> kv.get("key " + number))).isEqualTo(value(number));
    }
    assertThat(room.usedBytes()).as("bytes that wait").isZero();
    assertThat(replies.usedBytes()).as("bytes of replies").isZero();
  }

  private static ByteString value(int number) {
    return ByteString.copyFromUtf8("value " + number + "!");
  }
}
