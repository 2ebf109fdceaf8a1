package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.InFlightBytes;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that announce messages and do not send them keep nobody out. */
@Timeout(60)
class GrpcAnnouncedTest {

  private static final String PUT = "/purple.v1.KvService/KvPut";
  private static final String REFLECTION =
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  private static final int BOUND = 500_000;
  private static final int CALLS = 200;

  private TestGrpcServer server;
  private RawGrpcClient raw;
  private RawGrpcClient web;
  private InFlightBytes inFlight;

  @BeforeEach
  void start() {
    server = TestGrpcServer.ofPurple(TestGrpcServer.config(0, 1 << 20, 120_000, BOUND));
    raw = new RawGrpcClient(server.port());
    web = new RawGrpcClient(server.port(), HttpVersion.HTTP_1_1);
    inFlight = InFlightBytes.of(server.vertx(), BOUND);
  }

  @AfterEach
  void stop() {
    raw.close();
    web.close();
    server.close();
  }

  private static Buffer message(int bytes) {
    return RawGrpcClient.frame(
        KvPutRequest.newBuilder()
            .setKey("k")
            .setValue(ByteString.copyFrom(new byte[bytes]))
            .build()
            .toByteArray());
  }

  private @Nullable GrpcStatus put(int bytes) {
    return raw.call(PUT, Map.of(), message(bytes)).status();
  }

  private List<Future<Answer>> begin(RawGrpcClient client, int calls, String type, Buffer begin) {
    List<Future<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      HttpClientRequest request = client.open(PUT, Map.of("content-type", type));
      answers.add(RawGrpcClient.answer(request));
      TestGrpcServer.await(request.write(begin));
    }
    return answers;
  }

  /** A message larger than all of the room may come, but has to come. */
  @Test
  void prefixesAlone() {
    begin(raw, CALLS, "application/grpc", message(1 << 20).slice(0, 5));
    for (int i = 0; i < 10; i++) {
      assertThat(put(100_000)).isEqualTo(GrpcStatus.OK);
      assertThat(put(1 << 20)).isEqualTo(GrpcStatus.OK);
    }
  }

  @Test
  void prefixesInPieces() {
    begin(raw, CALLS, "application/grpc", message(1 << 20).slice(0, 3));
    assertThat(put(100_000)).isEqualTo(GrpcStatus.OK);
    assertThat(put(1 << 20)).isEqualTo(GrpcStatus.OK);
  }

  @Test
  void overGrpcWeb() {
    begin(web, 5, "application/grpc-web", message(1 << 20).slice(0, 5));
    for (int i = 0; i < 10; i++) {
      assertThat(put(100_000)).isEqualTo(GrpcStatus.OK);
      assertThat(put(1 << 20)).isEqualTo(GrpcStatus.OK);
    }
  }

  @Test
  void whatStopsGivesWayWhenRoomIsShort() throws Exception {
    List<Future<Answer>> begun =
        begin(raw, 8, "application/grpc", message(100_000).slice(0, 60_000));
    @Nullable GrpcStatus status = put(100_000);
    assertThat(status).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    while (status == GrpcStatus.RESOURCE_EXHAUSTED) {
      TimeUnit.MILLISECONDS.sleep(50);
      status = put(100_000);
    }
    assertThat(status).isEqualTo(GrpcStatus.OK);
    Answer ended = TestGrpcServer.await(begun.get(0));
    assertThat(ended.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(ended.text()).contains("60000 bytes have come");
  }

  /** What is answered takes no room any more, though the call goes on. */
  @Test
  void aCallOfManyMessages() throws Exception {
    byte[] unknownField = new byte[100_000];
    unknownField[0] = 122; // of number 15, with a length in 3 bytes
    unknownField[1] = (byte) 0x9c;
    unknownField[2] = (byte) 0x8d;
    unknownField[3] = 6;
    HttpClientRequest request = raw.open(REFLECTION, Map.of());
    AtomicLong answered = new AtomicLong();
    CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    request
        .response()
        .onSuccess(
            response ->
                response
                    .handler(bytes -> answered.addAndGet(bytes.length()))
                    .endHandler(end -> ended.complete(null)));
    for (int i = 1; i <= 10; i++) {
      TestGrpcServer.await(request.write(RawGrpcClient.frame(unknownField)));
      while (answered.get() < i * 100_000L) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
    assertThat(put(300_000)).isEqualTo(GrpcStatus.OK);
    request.end();
    ended.get(10, TimeUnit.SECONDS);
    assertThat(inFlight.used()).isLessThan(BOUND);
  }
}
