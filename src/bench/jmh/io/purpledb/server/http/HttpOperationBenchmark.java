package io.purpledb.server.http;

import com.google.protobuf.ByteString;
import io.purpledb.server.http.answer.Json;
import io.purpledb.server.http.contract.HttpContract;
import io.purpledb.server.http.contract.Input;
import io.purpledb.server.http.contract.OperationCheck;
import io.purpledb.v1.KvGetRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What the HTTP server does to a request besides routing it: the check against the contract, the
 * message made of what it read, and the JSON of the answer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HttpOperationBenchmark {

  private final MultiMap headers = HttpHeaders.headers().add("Host", "127.0.0.1:8080");
  private final String path = "/kv/key-1000000";
  private final String counterPath = "/counters/key-1000000";
  private final String query = "increment=1";
  private final ByteString value = ByteString.copyFromUtf8("x".repeat(100));
  private final byte[] bytes = value.toByteArray();
  private OperationCheck kvGet;
  private OperationCheck counterIncrement;

  /** Compiles the contract. */
  @Setup
  public void load() {
    Vertx vertx = Vertx.vertx();
    HttpContract contract =
        HttpContract.load(vertx).toCompletionStage().toCompletableFuture().join();
    kvGet = contract.operation("kvGet");
    counterIncrement = contract.operation("counterIncrement");
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Benchmark
  public Object checkOfKvGet() {
    return kvGet.check(path, null, headers);
  }

  @Benchmark
  public Object checkOfCounterIncrement() {
    return counterIncrement.check(counterPath, query, headers);
  }

  @Benchmark
  public KvGetRequest checkAndMessageOfKvGet() {
    Input in = kvGet.check(path, null, headers);
    return KvGetRequest.newBuilder().setKey(in.text("key")).build();
  }

  @Benchmark
  public Buffer jsonOfKvGet() {
    return Json.object(
        json -> {
          json.writeFieldName("value");
          json.writeUTF8String(bytes, 0, bytes.length);
        });
  }
}
