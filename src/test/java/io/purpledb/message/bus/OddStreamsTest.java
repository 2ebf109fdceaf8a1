package io.purpledb.message.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Interceptor;
import io.purpledb.message.Interceptors;
import io.purpledb.message.ResponseStream;
import io.purpledb.support.TestService;
import io.purpledb.support.client.Await;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.test.v1.TestCountResponse;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams whose sources, readers or interceptors do what they should not, or seldom do. */
@Timeout(60)
final class OddStreamsTest {

  private static final String ADDRESS = Bus.service("odd");
  private static final long SOON_MILLIS = 50;
  private static final TestCountRequest REQUEST = TestCountRequest.newBuilder().setKey("k").build();

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Caller anywhere = Caller.anywhere(vertx, ADDRESS, 5_000);
  private final Source source = new Source();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    return Await.value(future.toCompletionStage().toCompletableFuture());
  }

  /** Deploys an endpoint of the one source; answers its deployment. */
  private String deploy(Interceptor... interceptors) {
    Bus.registerCodecs(vertx);
    Bus.registerCodecs(vertx, TestService.OPERATIONS, Integer.MAX_VALUE);
    Interceptors.set(vertx, List.of(interceptors));
    return await(vertx.deployVerticle(new Odd()));
  }

  /** Runs on the event loop, and answers what comes of it. */
  private <T> Promise<T> onLoop(Consumer<Promise<T>> does) {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(x -> does.accept(done));
    return done;
  }

  /** A caller of the loop that this is called on. */
  private Caller onThisLoop() {
    return Caller.onThisLoop(vertx, ADDRESS, 5_000);
  }

  /** Asks for the stream on the loop, and reads all. */
  private Future<List<Long>> all(Supplier<Caller> caller) {
    return this.<List<Long>>onLoop(
            done ->
                caller.get().<TestCountResponse>stream(REQUEST, Call.NOTHING)
                    .compose(TestService::numbers)
                    .onComplete(done))
        .future();
  }

  @Test
  void aReaderThatPausesWhileTheNextIsOnItsWay() {
    source.count = 3;
    deploy();
    List<Long> numbers = new ArrayList<>();
    Promise<ResponseStream<TestCountResponse>> paused = Promise.promise();
    Promise<Void> ended = Promise.promise();
    vertx.runOnContext(
        x ->
            anywhere.<TestCountResponse>stream(REQUEST, Call.NOTHING)
                .onSuccess(
                    stream -> {
                      stream.handler(message -> numbers.add(message.getNumber()));
                      stream.endHandler(ended::complete);
                      stream.resume();
                      stream.pause(); // the first is asked for
                      vertx.setTimer(SOON_MILLIS, id -> paused.complete(stream));
                    }));

    ResponseStream<TestCountResponse> stream = await(paused.future());

    assertThat(numbers).isEmpty();
    vertx.runOnContext(x -> stream.fetch(1));
    vertx.setTimer(SOON_MILLIS, id -> stream.resume());
    await(ended.future());
    assertThat(numbers).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aSourceThatThrowsBeforeItHasBegun() {
    source.failing = "pause";
    deploy();

    assertThatThrownBy(() -> await(all(() -> anywhere))).hasMessageContaining("internal");
    assertThatThrownBy(() -> await(all(this::onThisLoop))).hasMessageContaining("pause");
  }

  @Test
  void aSourceThatThrowsWhenItIsAsked() {
    source.failing = "fetch";
    deploy();

    assertThatThrownBy(() -> await(all(this::onThisLoop))).hasMessageContaining("fetch");
    assertThat(source.handler).isNull();
  }

  /** What ended it is told to one who comes late to read. */
  @Test
  void anEndBeforeAnyoneReads() {
    deploy();

    Future<List<Long>> all =
        this.<List<Long>>onLoop(
                done ->
                    onThisLoop().<TestCountResponse>stream(REQUEST, Call.within(1))
                        .compose(stream -> vertx.timer(SOON_MILLIS).map(stream))
                        .compose(TestService::numbers)
                        .onComplete(done))
            .future();

    assertThatThrownBy(() -> await(all)).hasMessageContaining("the deadline of the stream");
  }

  /** Nobody waits for it any more. */
  @Test
  void anInterceptorThatPassesARequestOnWhenItHasAnsweredIt() {
    Promise<Void> passed = Promise.promise();
    deploy(
        (operation, request, call, next) -> {
          vertx.setTimer(
              SOON_MILLIS,
              id -> {
                next.proceed(request, call).onComplete(end -> {});
                passed.complete();
              });
          return Future.failedFuture(Failure.conflict("no"));
        });

    assertThatThrownBy(() -> await(all(() -> anywhere))).hasMessageContaining("no");
    await(passed.future());
    assertThat(asked).hasValue(0);
  }

  @Test
  @SuppressWarnings("NullAway") // that is what it does
  void anInterceptorThatAnswersNothing() {
    deploy((operation, request, call, next) -> null);

    assertThatThrownBy(() -> await(all(this::onThisLoop)))
        .hasMessageContaining("an interceptor answered null");
  }

  @Test
  void anEndpointThatStopsEndsItsStreams() {
    source.count = 1;
    source.waiting = true;
    String id = deploy();
    Promise<Void> first = Promise.promise();
    Promise<Void> ended = Promise.promise();
    vertx.runOnContext(
        x ->
            anywhere.<TestCountResponse>stream(REQUEST, Call.NOTHING)
                .onSuccess(
                    stream -> {
                      stream.handler(message -> vertx.setTimer(SOON_MILLIS, t -> first.complete()));
                      stream.exceptionHandler(ended::fail);
                      stream.resume();
                    }));
    await(first.future());

    await(vertx.undeploy(id));

    assertThatThrownBy(() -> await(ended.future())).hasMessageContaining("is stopping");
    assertThat(source.handler).isNull();
  }

  /** A message that has no form for the reader ends the stream with the reason. */
  @Test
  void aMessageThatCannotBeSent() {
    source.count = 1;
    Bus.registerCodecs(vertx);
    Bus.registerCodecs(vertx, TestService.OPERATIONS, Integer.MAX_VALUE);
    vertx
        .eventBus()
        .consumer(
            ADDRESS,
            message -> {
              BusAnswer answer = BusAnswer.to(vertx, message);
              OpenStream stream =
                  new OpenStream(
                      vertx,
                      (opened, cause) ->
                          new BusStream(
                                  vertx,
                                  (OpenStream) opened,
                                  answer,
                                  m -> {
                                    throw Failure.conflict("no form");
                                  },
                                  5_000)
                              .start());
              stream.begin(() -> source, Call.NOTHING).onComplete(end -> {});
            });

    assertThatThrownBy(() -> await(all(() -> anywhere))).hasMessageContaining("no form");
    assertThat(source.handler).isNull();
  }

  private final class Odd extends Endpoint {

    Odd() {
      super(ADDRESS, Integer.MAX_VALUE);
      onStream(
          TestCountRequest.class,
          (request, call) -> {
            asked.incrementAndGet();
            return source;
          });
    }

    @Override
    protected boolean isEntrance() {
      return true;
    }

    @Override
    protected Future<Void> health() {
      return Future.succeededFuture();
    }
  }

  /** Counts, and throws where it is told to. */
  private static final class Source implements ReadStream<TestCountResponse> {

    private int count;
    private boolean waiting;
    private String failing = "";
    private int number;
    private volatile @Nullable Handler<TestCountResponse> handler;
    private @Nullable Handler<Void> endHandler;

    private void mayFail(String where) {
      if (where.equals(failing)) {
        throw new IllegalStateException(where);
      }
    }

    @Override
    public Source handler(@Nullable Handler<TestCountResponse> messages) {
      handler = messages;
      return this;
    }

    @Override
    public Source pause() {
      mayFail("pause");
      return this;
    }

    @Override
    public Source resume() {
      return fetch(Long.MAX_VALUE);
    }

    @Override
    public Source fetch(long amount) {
      mayFail("fetch");
      long left = amount;
      for (Handler<TestCountResponse> to = handler;
          to != null && number < count && left > 0;
          to = handler) {
        left--;
        to.handle(TestCountResponse.newBuilder().setNumber(++number).build());
      }
      Handler<Void> end = endHandler;
      if (number == count && left > 0 && !waiting && end != null) {
        end.handle(null);
      }
      return this;
    }

    @Override
    public Source endHandler(@Nullable Handler<Void> end) {
      endHandler = end;
      return this;
    }

    @Override
    public Source exceptionHandler(@Nullable Handler<Throwable> failure) {
      return this;
    }
  }
}
