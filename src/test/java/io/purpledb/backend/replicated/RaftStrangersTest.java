package io.purpledb.backend.replicated;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.support.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What strangers do wrong at the port of the replicas fills no log. */
@Tag("long")
@Timeout(120)
final class RaftStrangersTest {

  private static final int TIMES = 20;
  private static final int MILLIS = 5_000;
  private static final String APPEND =
      "/" + RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName();
  private static final String VOTE =
      "/" + RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  /** These as a server's own log lets them speak: {@code io.purpledb.Log}. */
  private final Logger ratis = Logger.getLogger("org.apache.ratis");

  private final Logger service =
      Logger.getLogger("org.apache.ratis.grpc.server.GrpcServerProtocolService");

  private final Logger root = Logger.getLogger("");
  private final List<Handler> others = List.of(root.getHandlers());
  private final List<LogRecord> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          synchronized (logged) {
            logged.add(line);
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** What a stranger does with a connection. */
  private interface Stranger {

    void come(RawHttp2 connection) throws IOException;
  }

  @BeforeEach
  void listen() {
    others.forEach(root::removeHandler);
    root.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    root.removeHandler(handler);
    others.forEach(root::addHandler);
    ratis.setLevel(null);
    service.setLevel(null);
  }

  @Test
  void areToldOfInFewLinesWithoutTraces(@TempDir Path directory) throws Exception {
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      ratis.setLevel(Level.WARNING);
      service.setLevel(Level.SEVERE);
      new Ask(nodes.node(0)).put("k", "v");
      int port = nodes.members.get(0).port();
      for (Map.Entry<String, Stranger> kind : kinds().entrySet()) {
        for (int i = 0; i < TIMES; i++) {
          try (RawHttp2 connection = new RawHttp2(port)) {
            try {
              kind.getValue().come(connection);
              connection.raw("").isEndedWithin(i == 0 ? MILLIS / 10 : 1);
            } catch (IOException closed) {
              // sooner than it was all there
            }
          }
        }
        assertThat(new Ask(nodes.node(0)).get("k")).as(kind.getKey()).isEqualTo("v");
      }
      List<String> lines;
      synchronized (logged) {
        lines = logged.stream().map(RaftStrangersTest::text).toList();
      }
      assertThat(lines).noneMatch(line -> line.contains("trace"));
      assertThat(lines).as("one for each kind").hasSizeLessThan(10);
      assertThat(lines).anyMatch(line -> line.contains("the Raft port"));
    }
  }

  private static String text(LogRecord line) {
    return line.getLoggerName()
        + " "
        + line.getLevel()
        + " "
        + line.getMessage()
        + (line.getThrown() == null ? "" : " trace of " + line.getThrown());
  }

  private static Map<String, Stranger> kinds() {
    Map<String, Stranger> kinds = new LinkedHashMap<>();
    byte[] random = new byte[16 << 10];
    new Random(1).nextBytes(random);
    kinds.put(
        "more than the window",
        http2 -> {
          begin(http2, APPEND);
          byte[] message = new byte[16 << 10];
          for (int i = 0; i < 1024; i++) {
            message[1] = 1; // of 16 MiB, so that none of it is read
            http2.frame(RawHttp2.DATA, 0, 1, message);
          }
        });
    kinds.put(
        "no protobuf",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, message(0, new byte[] {-1, -1, -1}));
        });
    kinds.put(
        "no protobuf in a stream",
        http2 -> {
          begin(http2, APPEND);
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, message(0, new byte[] {-1, -1, -1}));
        });
    kinds.put(
        "no message",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[0]);
        });
    kinds.put(
        "two messages",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, 0, 1, message(0, new byte[0]));
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, message(0, new byte[0]));
        });
    kinds.put(
        "a compressed message",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, message(1, new byte[] {1, 2, 3}));
        });
    kinds.put(
        "a flag that is none",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, message(0x7e, new byte[] {1}));
        });
    kinds.put(
        "half of a message",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[] {0, 0, 0, 1, 0, 1});
        });
    kinds.put(
        "a message of 2 GiB",
        http2 -> {
          begin(http2, VOTE);
          http2.frame(RawHttp2.DATA, 0, 1, new byte[] {0, 0x7f, -1, -1, -1, 1});
        });
    kinds.put("no headers", http2 -> headers(http2, random));
    kinds.put("a path that is none", http2 -> headers(http2, RawHttp2.headers("no path")));
    kinds.put(
        "another method",
        http2 ->
            headers(http2, RawHttp2.headers("GET", VOTE, Map.of("content-type", "text/html"))));
    kinds.put(
        "a time that is none",
        http2 ->
            headers(
                http2,
                RawHttp2.headers(
                    "POST",
                    VOTE,
                    Map.of("content-type", "application/grpc", "grpc-timeout", "soon"))));
    kinds.put(
        "a compression that is not known",
        http2 ->
            headers(
                http2,
                RawHttp2.headers(
                    "POST",
                    VOTE,
                    Map.of("content-type", "application/grpc", "grpc-encoding", "x"))));
    kinds.put(
        "many resets",
        http2 -> {
          http2.open(1 << 16);
          for (int i = 0; i < 500; i++) {
            http2.frame(
                RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, RawHttp2.headers(APPEND));
            http2.frame(RawHttp2.RST_STREAM, 0, 2 * i + 1, new byte[4]);
          }
        });
    for (int type = 0; type < 11; type++) {
      for (int stream : new int[] {0, 1, 2, 77}) {
        int frame = type;
        kinds.put(
            "a frame of type %d of stream %d".formatted(type, stream),
            http2 -> http2.open(1 << 16).frame(frame, 0xff, stream, new byte[3]));
      }
    }
    kinds.put("random frames", http2 -> http2.open(1 << 16).out().write(random));
    kinds.put("random bytes", http2 -> http2.out().write(random));
    kinds.put(
        "TLS",
        http2 -> http2.raw("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc" + "\0".repeat(99)));
    kinds.put("HTTP/1.1", http2 -> http2.raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    kinds.put("half of a preface", http2 -> http2.raw("PRI * HTTP/2.0\r\n"));
    return kinds;
  }

  private static void begin(RawHttp2 http2, String path) throws IOException {
    headers(http2, RawHttp2.headers(path));
  }

  private static void headers(RawHttp2 http2, byte[] block) throws IOException {
    http2.open(1 << 16).frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, block);
  }

  private static byte[] message(int flag, byte[] bytes) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(flag);
    message.writeBytes(new byte[] {0, 0, 0, (byte) bytes.length});
    message.writeBytes(new String(bytes, ISO_8859_1).getBytes(ISO_8859_1));
    return message.toByteArray();
  }
}
