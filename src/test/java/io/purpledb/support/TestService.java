package io.purpledb.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Operation;
import io.purpledb.message.ResponseStream;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.client.Await;
import io.purpledb.test.v1.TestCountRequest;
import io.purpledb.test.v1.TestCountResponse;
import io.purpledb.test.v1.TestProto;
import io.purpledb.test.v1.TestReadRequest;
import io.purpledb.test.v1.TestReadResponse;
import io.purpledb.test.v1.TestWriteRequest;
import io.purpledb.test.v1.TestWriteResponse;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A service of what no service of Purple does yet: src/test/proto. */
public final class TestService extends Endpoint {

  /** Its operations. */
  public static final List<Operation> OPERATIONS =
      TestProto.getDescriptor().getServices().get(0).getMethods().stream()
          .map(Operation::of)
          .toList();

  private final Counts counts;
  private final long patienceMillis;
  private final Map<String, TestReadResponse> documents;
  private final AtomicLong versions = new AtomicLong();

  /**
   * @param counts of all instances
   * @param documents of all instances
   * @param patienceMillis how long a reader on the event bus may take for a message
   */
  private TestService(Counts counts, Map<String, TestReadResponse> documents, long patienceMillis) {
    super(Bus.service("test"), Integer.MAX_VALUE);
    this.patienceMillis = patienceMillis;
    this.documents = documents;
    this.counts = counts;
    onStream(TestCountRequest.class, this::count);
    on(TestWriteRequest.class, this::write);
    on(TestReadRequest.class, this::read);
  }

  /** What all instances of one Vert.x have done. */
  public static final class Counts {

    private final AtomicLong made = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();

    /** How many numbers were made. */
    public long made() {
      return made.get();
    }

    /** Waits until a stream is open. */
    public void awaitOpen() throws InterruptedException {
      while (open.get() == 0) { // the caller's test has an end of its own
        Thread.sleep(5);
      }
    }

    /** Waits until a stream has ended. */
    public void awaitOneEnded() throws InterruptedException {
      while (ended.get() == 0) { // the caller's test has an end of its own
        Thread.sleep(5);
      }
    }

    /** One stream was asked for, and has ended so. */
    public void assertEnded(OperationCounts statuses, String code) throws InterruptedException {
      awaitNoneOpen();
      Map<String, Integer> ended = statuses.take();
      while (ended.isEmpty()) { // the caller's test has an end of its own
        Thread.sleep(1);
        ended = statuses.take();
      }
      assertThat(ended).isEqualTo(Map.of("testCount " + code, 1));
    }

    /** Waits until no stream is open. */
    public void awaitNoneOpen() throws InterruptedException {
      while (open.get() > 0) { // the caller's test has an end of its own
        Thread.sleep(5);
      }
    }
  }

  /** Reads all numbers of a stream. */
  public static Future<List<Long>> numbers(ResponseStream<TestCountResponse> stream) {
    Promise<List<Long>> all = Promise.promise();
    List<Long> numbers = new ArrayList<>();
    stream.handler(message -> numbers.add(message.getNumber()));
    stream.endHandler(end -> all.complete(numbers));
    stream.exceptionHandler(all::fail);
    stream.resume();
    return all.future();
  }

  /** Deploys one on each event loop, and teaches the event bus its messages. */
  public static Counts deploy(Vertx vertx, int loops) {
    return deploy(vertx, loops, 30_000);
  }

  /**
   * The same with another patience.
   *
   * @param patienceMillis how long a reader on the event bus may take for a message
   */
  public static Counts deploy(Vertx vertx, int loops, long patienceMillis) {
    Bus.registerCodecs(vertx);
    Bus.registerCodecs(vertx, OPERATIONS, Integer.MAX_VALUE);
    Counts counts = new Counts();
    Map<String, TestReadResponse> documents = new ConcurrentHashMap<>();
    Await.value(
        vertx
            .deployVerticle(
                () -> new TestService(counts, documents, patienceMillis),
                new DeploymentOptions().setInstances(loops))
            .toCompletionStage()
            .toCompletableFuture());
    return counts;
  }

  private Future<TestWriteResponse> write(TestWriteRequest request) {
    TestReadResponse before = documents.get(request.getKey());
    String is = before == null ? "none" : before.getVersion();
    if (request.getVersionsCount() > 0 && !request.getVersionsList().contains(is)) {
      throw new Failure(
          Failure.Kind.CONDITION_FAILED,
          "version: %s (expected: one of %s)".formatted(is, request.getVersionsList()));
    }
    String version = "v" + versions.incrementAndGet();
    documents.put(
        request.getKey(),
        TestReadResponse.newBuilder()
            .setDocument(request.getDocument())
            .setVersion(version)
            .build());
    return Future.succeededFuture(
        TestWriteResponse.newBuilder().setVersion(version).setCreated(before == null).build());
  }

  private Future<TestReadResponse> read(TestReadRequest request) {
    TestReadResponse found = documents.get(request.getKey());
    return found == null
        ? Future.failedFuture(Failure.notFound(request.getKey()))
        : Future.succeededFuture(found);
  }

  private ReadStream<TestCountResponse> count(TestCountRequest request, Call call) {
    if (request.getKey().isEmpty()) {
      throw Failure.invalid("key: empty (expected: a text)");
    }
    counts.open.incrementAndGet();
    return new Numbers(request, vertx);
  }

  @Override
  protected long patienceMillis() {
    return patienceMillis;
  }

  @Override
  protected boolean isEntrance() {
    return true;
  }

  @Override
  protected Future<Void> health() {
    return Future.succeededFuture();
  }

  /** Makes numbers as long as they are asked for. */
  private final class Numbers implements ReadStream<TestCountResponse> {

    private final TestCountRequest request;
    private final ByteString padding;
    private final Context loop;
    private @Nullable Handler<TestCountResponse> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private long demand = Long.MAX_VALUE;
    private long number;
    private boolean ended;

    Numbers(TestCountRequest request, Vertx vertx) {
      this.request = request;
      this.padding = ByteString.copyFrom(new byte[request.getPaddingBytes()]);
      this.loop = vertx.getOrCreateContext();
    }

    private void next() {
      Handler<TestCountResponse> to = handler;
      if (ended || to == null || demand == 0) {
        return;
      }
      Handler<Throwable> failed = exceptionHandler;
      Handler<Void> done = endHandler;
      if (request.getFailingAfter() > 0 && number == request.getFailingAfter()) {
        ended = true;
        if (failed != null) {
          failed.handle(Failure.conflict("number " + number + " is too much"));
        }
      } else if (number == request.getCount()) {
        ended = true;
        if (done != null && !request.getWaiting()) {
          done.handle(null);
        }
      } else {
        demand = demand == Long.MAX_VALUE ? demand : demand - 1;
        counts.made.incrementAndGet();
        to.handle(TestCountResponse.newBuilder().setNumber(++number).setPadding(padding).build());
        loop.runOnContext(x -> next());
      }
    }

    @Override
    public ReadStream<TestCountResponse> handler(@Nullable Handler<TestCountResponse> messages) {
      if (handler != null && messages == null) {
        counts.open.decrementAndGet();
        counts.ended.incrementAndGet();
      }
      handler = messages;
      return this;
    }

    @Override
    public ReadStream<TestCountResponse> pause() {
      demand = 0;
      return this;
    }

    @Override
    public ReadStream<TestCountResponse> resume() {
      return fetch(Long.MAX_VALUE);
    }

    @Override
    public ReadStream<TestCountResponse> fetch(long amount) {
      boolean idle = demand == 0;
      demand = demand > Long.MAX_VALUE - amount ? Long.MAX_VALUE : demand + amount;
      if (idle) {
        loop.runOnContext(x -> next());
      }
      return this;
    }

    @Override
    public ReadStream<TestCountResponse> endHandler(@Nullable Handler<Void> end) {
      endHandler = end;
      return this;
    }

    @Override
    public ReadStream<TestCountResponse> exceptionHandler(@Nullable Handler<Throwable> failure) {
      exceptionHandler = failure;
      return this;
    }
  }
}
