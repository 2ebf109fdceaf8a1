package io.purpledb.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that announce bodies and do not send them keep nobody out. */
@Timeout(60)
class AnnouncedTest {

  private static final int MIB = 1 << 20;
  private static final int CLIENTS = 200;

  /** Longer than the test: what gives way does so before. */
  private static final long TIMEOUT_MILLIS = 120_000;

  private final List<RawHttpClient> clients = new ArrayList<>();

  private final List<TestHttpServer> servers = new ArrayList<>();

  private TestHttpServer start(int maxValueBytes, int maxInFlightBytes) {
    TestHttpServer server =
        TestHttpServer.start(
            TestHttpServer.config(maxValueBytes, TIMEOUT_MILLIS, maxInFlightBytes));
    servers.add(server);
    return server;
  }

  @AfterEach
  void close() throws Exception {
    for (RawHttpClient client : clients) {
      client.close();
    }
    servers.forEach(TestHttpServer::close);
  }

  /** Clients that announce a body each, and send the begin of it. */
  private void announce(TestHttpServer server, int clients, int bytes, int sent) throws Exception {
    String head =
        "PUT /kv/silent HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
            .formatted(bytes);
    for (int i = 0; i < clients; i++) {
      this.clients.add(new RawHttpClient(server.port()).send(head + "x".repeat(sent)));
    }
    assertThat(server.get("/ping").status()).isEqualTo(200);
  }

  private static int put(TestHttpServer server, int bytes) {
    return server
        .call(
            "PUT",
            "/kv/other",
            Buffer.buffer(new byte[bytes]),
            "content-type",
            "application/octet-stream")
        .status();
  }

  @Test
  void silence() throws Exception {
    TestHttpServer server = start(MIB, 64 * MIB);
    announce(server, CLIENTS, MIB, 0);
    for (int i = 0; i < 20; i++) {
      assertThat(put(server, MIB)).isEqualTo(204);
    }
  }

  @Test
  void fewBytes() throws Exception {
    TestHttpServer server = start(MIB, 64 * MIB);
    announce(server, CLIENTS, MIB, 10);
    for (int i = 0; i < 20; i++) {
      assertThat(put(server, MIB)).isEqualTo(204);
    }
  }

  /** What they sent takes room until they have stopped for two seconds. */
  @Test
  void halfOfTheBody() throws Exception {
    TestHttpServer server = start(MIB, 16 * MIB);
    announce(server, 64, MIB, MIB / 2);
    assertThat(put(server, MIB)).isEqualTo(503);
    int status = 503;
    while (status == 503) {
      TimeUnit.MILLISECONDS.sleep(50);
      status = put(server, MIB);
    }
    assertThat(status).isEqualTo(204);
    assertThat(whoGaveWay())
        .isNotEmpty()
        .allSatisfy(
            ended -> {
              assertThat(ended.status()).isEqualTo(503);
              assertThat(ended.headers().get("retry-after")).isEqualTo("1");
              assertThat(ended.headers().get("connection")).isEqualTo("close");
            });
  }

  /** Any of those that had room; others were refused at once. */
  private List<Reply> whoGaveWay() throws IOException {
    List<Reply> gaveWay = new ArrayList<>();
    for (RawHttpClient client : clients) {
      Reply reply = client.hasAnswer() ? client.reply() : null;
      if (reply != null && reply.text().contains("next to none for 2000 ms")) {
        gaveWay.add(reply);
      }
    }
    return gaveWay;
  }

  /** A promise for more than a quarter of the room is taken back, and no other is given. */
  @Test
  void largeBodiesAgainAndAgain() throws Exception {
    TestHttpServer server = start(MIB, 2 * MIB);
    announce(server, 1, MIB, 0);
    announce(server, 1, MIB, 0);
    int status = 503;
    while (status == 503) {
      TimeUnit.MILLISECONDS.sleep(50);
      status = put(server, MIB);
    }
    for (int i = 0; i < 20; i++) {
      announce(server, 1, MIB, 0);
      assertThat(put(server, MIB)).isEqualTo(204);
    }
  }

  @Test
  void largerThanAllOfTheRoom() throws Exception {
    TestHttpServer server = start(4 * MIB, MIB);
    announce(server, CLIENTS, 4 * MIB, 10);
    for (int i = 0; i < 5; i++) {
      assertThat(put(server, 4 * MIB)).isEqualTo(204);
      assertThat(put(server, MIB / 2)).isEqualTo(204);
    }
  }

  /** Of bodies that are larger than all of the room one comes through, and no two wait. */
  @Test
  void halfReceivedBodiesDoNotWaitForEachOther() throws Exception {
    TestHttpServer server = start(4 * MIB, MIB);
    announce(server, 2, 4 * MIB, MIB);
    int through = 0;
    int refused = 0;
    for (RawHttpClient client : clients) {
      try {
        client.send("x".repeat(3 * MIB));
      } catch (SocketException closed) {
        // it has been refused; the answer can be read
      }
      int status = client.reply().status();
      through += status == 204 ? 1 : 0;
      refused += status == 503 ? 1 : 0;
    }
    assertThat(List.of(through, refused)).isEqualTo(List.of(1, 1));
    assertThat(put(server, 4 * MIB)).isEqualTo(204);
  }
}
