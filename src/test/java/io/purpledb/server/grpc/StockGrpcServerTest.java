package io.purpledb.server.grpc;

import static io.purpledb.server.grpc.TestGrpcServer.await;
import static io.purpledb.support.LibraryFault.mended;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.support.RawHttp2;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.KvPutResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.StreamResetException;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What Vert.x' gRPC server does where its decoders and handlers of messages serve a call, as its
 * generated services let them: the faults for which {@code ServerCall} is there.
 */
@Timeout(60)
class StockGrpcServerTest {

  private static final ServiceMethod<KvPutRequest, KvPutResponse> PUT =
      ServiceMethod.server(
          ServiceName.create("purple.v1.KvService"),
          "KvPut",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(KvPutRequest.getDefaultInstance()));

  private static final String PATH = "/purple.v1.KvService/KvPut";
  private static final Buffer MESSAGE =
      RawGrpcClient.frame(KvPutRequest.newBuilder().setKey("k").build().toByteArray());

  /** After another call was answered that began later on the same connection. */
  private static final int LATER_MILLIS = 100;

  private static final int MAX_MESSAGE_BYTES = 64 << 10;

  private static final int CANCEL = 8;

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server =
      await(
          vertx
              .createHttpServer()
              .requestHandler(
                  GrpcServer.server(
                          vertx, new GrpcServerOptions().setMaxMessageSize(MAX_MESSAGE_BYTES))
                      .callHandler(PUT, StockGrpcServerTest::serve))
              .listen(0, "127.0.0.1"));
  private final RawGrpcClient client = new RawGrpcClient(server.actualPort());

  /** As a generated service does. */
  private static void serve(GrpcServerRequest<KvPutRequest, KvPutResponse> call) {
    call.handler(message -> call.response().end(KvPutResponse.getDefaultInstance()));
  }

  @AfterEach
  void close() {
    client.close();
    await(vertx.close());
  }

  @Test
  void aCallWithoutAMessageHangs() {
    assertHangs(Map.of(), Buffer.buffer(), "a unary call without a message is answered");
  }

  @Test
  void aCallInAnUnknownEncodingHangs() {
    assertHangs(
        Map.of("grpc-encoding", "zstd"),
        RawGrpcClient.frame(1, new byte[10]),
        "a call in an unknown encoding is answered");
  }

  @Test
  void aMessageIsBoundedBeforeItInflates() {
    byte[] large =
        KvPutRequest.newBuilder()
            .setKey("k")
            .setValue(ByteString.copyFrom(new byte[16 * MAX_MESSAGE_BYTES]))
            .build()
            .toByteArray();

    Answer answer =
        client.call(
            PATH,
            Map.of("grpc-encoding", "gzip"),
            RawGrpcClient.frame(1, RawGrpcClient.gzip(large)));

    assertThat(answer.status())
        .as(mended("a message that inflates beyond the bound is refused"))
        .isEqualTo(GrpcStatus.OK);
  }

  @Test
  void aMalformedMessageHasNoStatus() {
    Future<Answer> answer =
        RawGrpcClient.answer(
            client.open(PATH, Map.of()), RawGrpcClient.frame(new byte[] {(byte) 0xFF}));

    Throwable failure = await(answer.transform((value, error) -> Future.succeededFuture(error)));
    assertThat(failure)
        .as(mended("a malformed message is answered with a status"))
        .isInstanceOf(StreamResetException.class);
  }

  @Test
  void aCancelEndsTheConnectionOfAllCalls() throws IOException {
    try (RawHttp2 connection = new RawHttp2(server.actualPort()).open(65_535)) {
      ByteArrayOutputStream frames = new ByteArrayOutputStream();
      RawHttp2.frame(frames, RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.headers(PATH));
      RawHttp2.frame(frames, RawHttp2.DATA, RawHttp2.END_STREAM, 1, MESSAGE.getBytes());
      RawHttp2.frame(frames, RawHttp2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, CANCEL});
      connection.out().write(frames.toByteArray());

      assertThat(isAnswered(connection, 3))
          .as(mended("a call beside one that is cancelled is answered"))
          .isFalse();
    }
  }

  private void assertHangs(Map<String, String> headers, Buffer body, String mended) {
    HttpClientRequest request = client.open(PATH, headers);
    Future<Answer> hanging = RawGrpcClient.answer(request, body);
    Future<Answer> later = RawGrpcClient.answer(client.open(PATH, Map.of()), MESSAGE);

    assertThat(await(later).status()).isEqualTo(GrpcStatus.OK);
    assertThat(isEndedWithin(hanging, LATER_MILLIS)).as(mended(mended)).isFalse();
  }

  private static boolean isEndedWithin(Future<?> call, int millis) {
    CountDownLatch ended = new CountDownLatch(1);
    call.onComplete(x -> ended.countDown());
    try {
      return ended.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Whether a call on a connection is answered; not when the connection ends before. */
  private static boolean isAnswered(RawHttp2 connection, int stream) throws IOException {
    try {
      connection.call(stream, PATH, new byte[0]);
      DataInputStream in = new DataInputStream(connection.in());
      int type;
      int of;
      do {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        type = in.readUnsignedByte();
        in.skipNBytes(1);
        of = in.readInt();
        in.skipNBytes(length);
      } while (type != RawHttp2.HEADERS || of != stream);
      return true;
    } catch (EOFException | SocketException ended) {
      return false;
    }
  }
}
