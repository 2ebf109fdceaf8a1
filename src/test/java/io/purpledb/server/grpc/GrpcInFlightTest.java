package io.purpledb.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.InFlightBytes;
import io.purpledb.server.grpc.RawGrpcClient.Answer;
import io.purpledb.v1.KvPutRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bytes of all calls have a bound, and count until the call ends, however it does. */
@Timeout(30)
class GrpcInFlightTest {

  private static final String PUT = "/purple.v1.KvService/KvPut";
  private static final int BOUND = 60_000;
  private static final Buffer MESSAGE =
      RawGrpcClient.frame(
          KvPutRequest.newBuilder()
              .setKey("k")
              .setValue(ByteString.copyFrom(new byte[40_000]))
              .build()
              .toByteArray());

  private TestGrpcServer server;
  private RawGrpcClient raw;
  private InFlightBytes inFlight;

  @BeforeEach
  void start() {
    server = TestGrpcServer.ofPurple(TestGrpcServer.config(0, 1 << 20, 10_000, BOUND));
    raw = new RawGrpcClient(server.port());
    inFlight = InFlightBytes.of(server.vertx(), BOUND);
  }

  @AfterEach
  void stop() {
    raw.close();
    server.close();
  }

  @Test
  void aCallBeyondItIsRefusedAndTheOthersGoOn() throws Exception {
    HttpClientRequest slow = raw.open(PUT, Map.of());
    Future<Answer> answer = RawGrpcClient.answer(slow);
    slow.write(MESSAGE.slice(0, 30_000));
    await(used -> used == 30_000);

    Answer refused = raw.call(PUT, Map.of(), MESSAGE);
    assertThat(refused.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(refused.text()).contains("max-in-flight-bytes");

    slow.end(MESSAGE.slice(30_000, MESSAGE.length()));
    assertThat(TestGrpcServer.await(answer).status()).isEqualTo(GrpcStatus.OK);
    await(used -> used == 0);
    assertThat(raw.call(PUT, Map.of(), MESSAGE).status()).isEqualTo(GrpcStatus.OK);
    await(used -> used == 0);
  }

  @Test
  void aClientThatGoesAwayHasNothing() throws Exception {
    HttpClientRequest slow = raw.open(PUT, Map.of());
    slow.write(MESSAGE.slice(0, 30_000));
    await(used -> used == 30_000);

    slow.reset(8);

    await(used -> used == 0);
    assertThat(raw.call(PUT, Map.of(), MESSAGE).status()).isEqualTo(GrpcStatus.OK);
  }

  @Test
  void aCallThatFailsHasNothing() throws Exception {
    assertThat(raw.call(PUT, Map.of(), RawGrpcClient.frame(new byte[30_000])).status())
        .isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    await(used -> used == 0);
  }

  private void await(LongPredicate wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!wanted.test(inFlight.used()) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(inFlight.used()).satisfies(used -> assertThat(wanted.test(used)).isTrue());
  }
}
