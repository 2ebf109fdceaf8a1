package io.purpledb.message.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.purpledb.message.Failure;
import io.purpledb.v1.CounterGetRequest;
import io.purpledb.v1.FlagGetRequest;
import io.purpledb.v1.KvDeleteRequest;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.ReplyException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An Error, wherever it is thrown, is answered, and nothing counts or waits on. */
@Timeout(30)
class ErrorsTest {

  private static final String ADDRESS = "purple.errors";
  private static final int MAX_IN_FLIGHT = 2;

  /** Longer than any test: who is only ended by it was not answered. */
  private static final long TIMEOUT_MILLIS = 60_000;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  /** Throws Errors of each kind, at each step. */
  private static final class Weak extends Endpoint {

    Weak() {
      super(ADDRESS, MAX_IN_FLIGHT);
      on(KvGetRequest.class, q -> Future.succeededFuture(KvGetResponse.getDefaultInstance()));
      on(
          KvDeleteRequest.class,
          q -> {
            throw new OutOfMemoryError("a test");
          });
      on(CounterGetRequest.class, q -> Future.failedFuture(new StackOverflowError("a test")));
      on(
          FlagGetRequest.class,
          q -> Future.succeededFuture(KvGetResponse.getDefaultInstance()).map(x -> thrown()));
    }

    private static KvGetResponse thrown() {
      throw new NoClassDefFoundError("a test");
    }

    @Override
    protected Future<Void> health() {
      throw new OutOfMemoryError("a test");
    }
  }

  @BeforeEach
  void deploy() throws Exception {
    Bus.registerCodecs(vertx);
    vertx.deployVerticle(new Weak()).await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void aNeighbourIsAnsweredAndNothingCountsOn() throws Exception {
    Caller caller = onLoop(() -> Caller.onThisLoop(vertx, ADDRESS, TIMEOUT_MILLIS));
    assertAllAreAnswered(caller);
  }

  @Test
  void whoeverIsOnTheBusIsAnsweredAndNothingCountsOn() throws Exception {
    assertAllAreAnswered(Caller.anywhere(vertx, ADDRESS, TIMEOUT_MILLIS));
  }

  @Test
  void memoryThatRanOutIsUnavailableAndSaysThatAWriteMayHaveHappened() {
    Failure failure = Failure.of(new OutOfMemoryError("a test"));

    assertThat(failure.kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
    assertThat(failure).hasMessageContaining("may or may not have happened");
  }

  @Test
  void aRequestThatCannotBeSentDoesNotWait() throws Exception {
    Vertx without = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1)); // no codecs
    without
        .eventBus()
        .codecSelector(
            message -> {
              throw new OutOfMemoryError("a test");
            });
    try {
      Caller caller = new LoopCaller(without, ADDRESS, TIMEOUT_MILLIS);
      Future<Message> answer = caller.request(KvGetRequest.getDefaultInstance());
      assertThat(answer.failed()).isTrue();

      Future<Message> another =
          Caller.anywhere(without, ADDRESS, TIMEOUT_MILLIS)
              .request(KvGetRequest.getDefaultInstance());
      assertThat(another.failed()).isTrue();
    } finally {
      without.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void anAnswerWithoutAWireFormIsAFailure() throws Exception {
    vertx
        .deployVerticle(
            new Endpoint("purple.strange", MAX_IN_FLIGHT) {
              @Override
              public Future<?> start() throws Exception {
                on(KvGetRequest.class, q -> strange());
                return super.start();
              }

              @SuppressWarnings("unchecked") // that is what is strange
              private <T> Future<T> strange() {
                return (Future<T>) Future.succeededFuture(new Object());
              }

              @Override
              protected Future<Void> health() {
                return Future.succeededFuture();
              }
            })
        .await(10, TimeUnit.SECONDS);
    Caller caller = Caller.anywhere(vertx, "purple.strange", TIMEOUT_MILLIS);

    for (int i = 0; i < 2 * MAX_IN_FLIGHT; i++) {
      assertThatThrownBy(
              () -> caller.request(KvGetRequest.getDefaultInstance()).await(10, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              ReplyException.class, reply -> assertThat(reply.failureCode()).isEqualTo(500));
    }
  }

  @Test
  void oneThatCannotBeEndedDoesNotKeepTheNextWaiting() throws Exception {
    DeadlineQueue pending = new DeadlineQueue(vertx, 10);
    Promise<Void> ended = Promise.promise();
    DeadlineQueue.Waiter bad =
        new DeadlineQueue.Waiter() {
          @Override
          protected void late() {
            throw new OutOfMemoryError("a test");
          }
        };
    DeadlineQueue.Waiter good =
        new DeadlineQueue.Waiter() {
          @Override
          protected void late() {
            ended.tryComplete();
          }
        };
    onLoop(
        () -> {
          pending.add(bad);
          pending.add(good);
          return true;
        });

    ended.future().await(10, TimeUnit.SECONDS);
    assertThat(ended.future().succeeded()).isTrue();
  }

  private static void assertAllAreAnswered(Caller caller) throws Exception {
    for (int i = 0; i < 2 * MAX_IN_FLIGHT; i++) {
      assertAnswered(caller.request(KvDeleteRequest.getDefaultInstance()));
      assertAnswered(caller.request(CounterGetRequest.getDefaultInstance()));
      assertAnswered(caller.request(FlagGetRequest.getDefaultInstance()));
      assertAnswered(caller.health());
    }
    Message answer =
        caller
            .<KvGetResponse>request(KvGetRequest.newBuilder().setKeyBytes(ByteString.EMPTY).build())
            .await(10, TimeUnit.SECONDS);
    assertThat(answer).isEqualTo(KvGetResponse.getDefaultInstance());
  }

  private static void assertAnswered(Future<?> request) {
    assertThatThrownBy(() -> request.await(10, TimeUnit.SECONDS))
        .isNotInstanceOf(TimeoutException.class);
  }

  private interface Task<T> {
    T run() throws Exception;
  }

  /** Runs on the one event loop. */
  private <T> T onLoop(Task<T> task) throws Exception {
    Promise<T> done = Promise.promise();
    vertx.deployVerticle(
        new AbstractVerticle() {
          @Override
          public void start() {
            try {
              done.complete(task.run());
            } catch (Exception e) {
              done.fail(e);
            }
          }
        });
    return done.future().await(10, TimeUnit.SECONDS);
  }
}
