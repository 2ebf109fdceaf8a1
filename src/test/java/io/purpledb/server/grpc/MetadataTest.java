package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.server.wire.http2.HeaderSize;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata up to max-header-bytes are taken; more end the call alone, with a status. */
class MetadataTest {

  private static TestGrpcServer server;
  private static StockClient client;

  @BeforeAll
  static void start() {
    server = TestGrpcServer.ofPurple();
    client = new StockClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  /** The status of a call with a token of a size. */
  private static Status get(int tokenBytes) {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(tokenBytes));
    StatusRuntimeException end =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(
                        client.channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
                    StockClient.method(
                        KvGetRequest.getDescriptor()
                            .getFile()
                            .findServiceByName("KvService")
                            .findMethodByName("KvGet"),
                        MethodType.UNARY,
                        KvGetRequest.getDefaultInstance(),
                        KvGetResponse.getDefaultInstance()),
                    CallOptions.DEFAULT,
                    KvGetRequest.newBuilder().setKey("absent").build()));
    return end.getStatus();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8_000, 10_000, 30_000})
  void aTokenIsTaken(int bytes) {
    assertThat(get(bytes).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(ints = {32 << 10, 64 << 10, 100_000, 140_000, 200_000, 1_000_000})
  void moreIsRefusedAndTheConnectionStays(int bytes) {
    assertThat(get(1).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    Status refused = get(bytes);
    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getDescription()).contains("expected: at most 32768", "max-header-bytes");
    assertThat(get(1).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  /** Its connection goes then, which a client does not notice. */
  @Test
  void evenMoreIsRefusedAsWell() {
    assertThat(get(1).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    Status refused = get(1_700_000);
    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getDescription()).contains("expected: at most 32768", "max-header-bytes");
    assertThat(get(1).getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  /** To overlook it would do a write again that was to be done once. */
  @ParameterizedTest
  @CsvSource({
    "/purple.v1.CounterService/CounterIncrement, true",
    "/purple.v1.KvService/KvDelete, true",
    "/proto.Counter/CounterIncrement, true",
    "/proto.Set/SetRemove, true",
    "/purple.v1.CounterService/CounterGet, false",
    "/proto.Counter/CounterGet, false",
    "/grpc.health.v1.Health/Check, false",
  })
  void anIdempotencyKeyOfAWriteIsRefused(String path, boolean refused) {
    try (RawGrpcClient raw = new RawGrpcClient(server.port())) {
      Answer answer =
          raw.call(
              path, Map.of("Idempotency-Key", "k".repeat(70)), RawGrpcClient.frame(new byte[0]));
      if (refused) {
        assertThat(answer.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
        assertThat(answer.text())
            .isEqualTo(
                "idempotency-key: "
                    + "k".repeat(64)
                    + "… (expected: none, because this server does not heed it)");
      } else {
        assertThat(answer.status()).isNotEqualTo(GrpcStatus.UNIMPLEMENTED);
      }
    }
  }

  @Test
  void theSizeIsThatOfHttp2() {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    headers.add("name", "value");
    assertThat(HeaderSize.check("metadata", HeaderSize.of(headers), 41)).isNull();
    assertThat(HeaderSize.check("metadata", HeaderSize.of(headers), 40))
        .hasMessageContaining("41 bytes (expected: at most 40");
  }
}
