package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.purpledb.message.Operation;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.server.grpc.TestGrpcServer.StandIn;
import io.purpledb.support.QuietLog;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.KvPutResponse;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes of messages, compressed and not, at and over their bounds. */
@Timeout(30)
class SizeTest {

  private static final String PUT = "/purple.v1.KvService/KvPut";
  private static final Map<String, String> GZIP = Map.of("grpc-encoding", "gzip");
  private static final int MAX_VALUE_BYTES = TestGrpcServer.MAX_VALUE_BYTES;
  private static final int MAX_MESSAGE_BYTES = MAX_VALUE_BYTES + 16 * 1024;

  @RegisterExtension final QuietLog log = new QuietLog();

  private static TestGrpcServer server;
  private static RawGrpcClient raw;
  private static StockClient client;

  @BeforeAll
  static void start() {
    server = TestGrpcServer.ofPurple();
    raw = new RawGrpcClient(server.port());
    client = new StockClient(server.port());
  }

  @AfterAll
  static void stop() {
    client.close();
    raw.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void carriesTheLargestValue(String encoding) {
    byte[] value = new byte[MAX_VALUE_BYTES];
    new Random(7).nextBytes(value);
    KvPutRequest put = put("k".repeat(1024), value);
    call(put, KvPutResponse.getDefaultInstance(), encoding);

    KvGetRequest get = KvGetRequest.newBuilder().setKey(put.getKey()).build();
    KvGetResponse got = call(get, KvGetResponse.getDefaultInstance(), encoding);
    assertThat(got.getValue()).isEqualTo(put.getValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void leavesTheBoundOfValuesToTheService(String encoding) {
    assertThatThrownBy(
            () ->
                call(
                    put("k", new byte[MAX_VALUE_BYTES + 1]),
                    KvPutResponse.getDefaultInstance(),
                    encoding))
        .hasMessage(
            "RESOURCE_EXHAUSTED: value: 1048577 bytes"
                + " (expected: 0 to 1048576 bytes, the server's max-value-bytes)");
  }

  @Test
  void refusesAMessageOverTheBound() {
    assertThat(raw.call(PUT, Map.of(), RawGrpcClient.frame(message(MAX_MESSAGE_BYTES))).text())
        .startsWith("value: ");
    Answer answer = raw.call(PUT, Map.of(), RawGrpcClient.frame(message(MAX_MESSAGE_BYTES + 1)));

    assertThat(answer.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(answer.text()).isEqualTo("message: 1064961 bytes (expected: at most 1064960 bytes)");
  }

  @Test
  void refusesAMessageOverTheBoundBeforeItCame() {
    Buffer announced = Buffer.buffer().appendByte((byte) 0).appendUnsignedInt(4_000_000_000L);
    Answer answer = raw.callWithoutEnd(PUT, Map.of(), announced);

    assertThat(answer.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(answer.text())
        .isEqualTo("message: 4000000000 bytes (expected: at most 1064960 bytes)");
  }

  @Test
  void refusesACompressedMessageOverTheBound() {
    assertThat(raw.call(PUT, GZIP, gzipped(message(MAX_MESSAGE_BYTES))).text())
        .startsWith("value: ");
    Answer answer = raw.call(PUT, GZIP, gzipped(message(MAX_MESSAGE_BYTES + 1)));

    assertThat(answer.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(answer.text())
        .isEqualTo(
            "message: more than 1064960 bytes after decompression"
                + " (expected: at most 1064960 bytes)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PUT,
        "/proto.KV/KVPut",
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      })
  void refusesACompressedBomb(String path) {
    Buffer bomb = gzipped(new byte[20 << 20]);
    assertThat(bomb.length()).isLessThan(21_000);

    assertThat(raw.call(path, GZIP, bomb).status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
  }

  @Test
  void stopsToInflateAtTheBound() {
    byte[] part = RawGrpcClient.gzip(new byte[20 << 20]);
    Buffer bomb = Buffer.buffer();
    while (bomb.length() + part.length < MAX_MESSAGE_BYTES) {
      bomb.appendBytes(part); // gzip may consist of parts: 1 MB of them make 1 GB
    }
    assertThat(raw.call(PUT, GZIP, RawGrpcClient.frame(1, bomb.getBytes())).status())
        .isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
  }

  @Test
  void boundsGrpcWebToo() {
    Map<String, String> binary =
        Map.of("content-type", "application/grpc-web+proto", "grpc-encoding", "gzip");
    try (RawGrpcClient web = new RawGrpcClient(server.port(), HttpVersion.HTTP_1_1)) {
      assertThat(web.call(PUT, binary, gzipped(new byte[20 << 20])).status())
          .isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
      assertThat(web.call(PUT, binary, RawGrpcClient.frame(new byte[20 << 20])).status())
          .isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
      assertThat(web.call(PUT, binary, gzipped(put("k", new byte[9]).toByteArray())).httpStatus())
          .isEqualTo(200);
    }
  }

  @Test
  void refusesMalformedGzip() {
    byte[] whole = RawGrpcClient.gzip(put("k", new byte[100]).toByteArray());
    byte[] damaged = whole.clone();
    damaged[damaged.length - 6] ^= 1; // in the checksum
    byte[] withName = whole.clone();
    withName[3] = 8;
    List<byte[]> messages =
        List.of(
            new byte[0],
            Arrays.copyOf(whole, 9),
            Arrays.copyOf(whole, whole.length - 1),
            damaged,
            withName,
            put("k", new byte[100]).toByteArray());
    for (byte[] message : messages) {
      Answer answer = raw.call(PUT, GZIP, RawGrpcClient.frame(1, message));
      assertThat(answer.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
      assertThat(answer.text())
          .startsWith("message: " + message.length + " bytes that are not gzip: ");
    }
  }

  @Test
  void carriesLargeAnswers() {
    List<String> items = IntStream.range(0, 100_000).mapToObj(i -> "item " + i).toList();
    SetGetResponse set = SetGetResponse.newBuilder().addAllItems(items).build();
    try (TestGrpcServer ofSets =
            TestGrpcServer.of(
                TestGrpcServer.config(10_000),
                List.of(
                    () ->
                        new StandIn<>(
                            "set",
                            SetGetRequest.class,
                            q -> Future.succeededFuture(set),
                            Future::succeededFuture)));
        StockClient client = new StockClient(ofSets.port())) {
      Operation operation = Operation.of(SetGetRequest.getDefaultInstance());
      assertThat(client.call(operation.method(), SetGetRequest.getDefaultInstance(), set))
          .isEqualTo(set);
    }
  }

  private static <R extends com.google.protobuf.Message> R call(
      com.google.protobuf.Message request, R response, String encoding) {
    Operation operation = Operation.of(request);
    CallOptions options =
        encoding.equals("gzip") ? CallOptions.DEFAULT.withCompression("gzip") : CallOptions.DEFAULT;
    return client.call(operation.method(), request, response, options);
  }

  private static Buffer gzipped(byte[] message) {
    return RawGrpcClient.frame(1, RawGrpcClient.gzip(message));
  }

  private static KvPutRequest put(String key, byte[] value) {
    return KvPutRequest.newBuilder().setKey(key).setValue(ByteString.copyFrom(value)).build();
  }

  /** A well-formed request of so many bytes, whose value is larger than a service takes. */
  private static byte[] message(int bytes) {
    int around = put("k", new byte[MAX_VALUE_BYTES + 1]).getSerializedSize() - MAX_VALUE_BYTES - 1;
    byte[] message = put("k", new byte[bytes - around]).toByteArray();
    assertThat(message).hasSize(bytes);
    return message;
  }
}
