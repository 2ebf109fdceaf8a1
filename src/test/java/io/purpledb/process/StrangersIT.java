package io.purpledb.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.support.client.Await;
import io.purpledb.support.process.ClusterProcesses;
import io.purpledb.support.process.NodeProcess;
import io.purpledb.support.process.Place;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jgroups.Version;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strangers at each of the four ports of three members with small heaps: what they send and what
 * they leave out ends no member, fills nobody's memory, keeps no member out, and their connections
 * end.
 */
@Tag("long")
@Timeout(300)
class StrangersIT {

  /** Of each kind, at each port of each member. */
  private static final int CONNECTIONS = (Integer.getInteger("purple.connections", 60) + 11) / 12;

  private static final int PORTS = 4;
  private static final int MEMBERSHIP = 2;
  private static final Duration JOINS_WITHIN = Duration.ofSeconds(20);
  private static final Duration END_WITHIN = Duration.ofSeconds(90);
  private static final long PAUSE_MILLIS = 200;
  private static final ByteString VALUE = ByteString.copyFromUtf8("v");
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final HexFormat HEX = HexFormat.of();

  private record Stranger(String kind, int port, Socket socket) {}

  private final List<Stranger> strangers = new ArrayList<>();
  private final AtomicBoolean done = new AtomicBoolean();

  @Test
  void endNoMemberAndKeepNoneOut(@TempDir Path directory) throws Exception {
    List<Place> places = Place.onLoopback(3);
    try (ClusterProcesses nodes =
        ClusterProcesses.withHeap(directory, places, "128m", "--backend", "memory")
            .startInTurnOrClose()) {
      Await.value(nodes.node(0).http().kvPut("k", VALUE));
      Thread silent = new Thread(() -> comeAgainAndAgain(places));
      silent.start();
      try {
        for (Map.Entry<String, byte[]> kind : kinds().entrySet()) {
          for (Place place : places) {
            for (int port = 0; port < PORTS; port++) {
              for (int i = 0; i < CONNECTIONS; i++) {
                send(kind.getKey(), first(place) + port, kind.getValue());
              }
            }
          }
          assertThat(Await.value(nodes.node(1).http().kvGet("k")))
              .as(kind.getKey())
              .isEqualTo(VALUE);
        }
        nodes.node(2).kill();
        nodes.node(2).start();
        long began = System.nanoTime();
        nodes.awaitReady();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(JOINS_WITHIN);
      } finally {
        done.set(true);
        silent.join();
      }
      for (NodeProcess node : nodes.nodes()) {
        assertThat(Await.value(node.http().kvGet("k"))).isEqualTo(VALUE);
        Await.value(node.grpc().kvPut("k", VALUE));
        assertThat(node.output())
            .doesNotContain("OutOfMemory", "SEVERE", "ERROR", "\tat ", "Exception");
      }
      assertEnded();
    } finally {
      for (Stranger stranger : strangers) {
        stranger.socket().close();
      }
    }
  }

  /** What is sent, and then nothing more. */
  private static Map<String, byte[]> kinds() throws IOException {
    Map<String, byte[]> kinds = new LinkedHashMap<>();
    kinds.put("nothing", new byte[0]);
    byte[] random = new byte[256];
    new Random(1).nextBytes(random);
    kinds.put("random bytes", random);
    kinds.put("zeros", new byte[4096]);
    kinds.put("HTTP/1.1", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
    kinds.put("half of a request", "GET / HTTP/1.1\r\nHo".getBytes(ISO_8859_1));
    kinds.put("TLS", HEX.parseHex("1603010200" + "010001fc0303" + "00".repeat(40)));
    kinds.put("half of a preface", PREFACE.substring(0, 9).getBytes(ISO_8859_1));
    byte[] preface = PREFACE.getBytes(ISO_8859_1);
    kinds.put("preface", preface);
    kinds.put("settings", join(preface, "000000040000000000"));
    kinds.put(
        "headers without end", join(preface, "000000040000000000" + "000001010000000001" + "82"));
    kinds.put("a frame of 16 MiB", join(preface, "000000040000000000" + "ffffff000000000001"));
    kinds.put("a length of 2 GiB", HEX.parseHex("7fffffff" + "00".repeat(64)));
    kinds.put("a length below 0", HEX.parseHex("80000000" + "00".repeat(64)));
    kinds.put("the mark of JGroups", "bela".getBytes(ISO_8859_1));
    kinds.put("a greeting of JGroups", greeting("0006" + "047f0000010009"));
    kinds.put("and a length of 2 GiB", greeting("0007" + "047f000001000a" + "7fffffff0000"));
    kinds.put("and a length below 0", greeting("0007" + "047f000001000b" + "ffffffff0000"));
    kinds.put("an address of 32 KiB", greeting("7fff" + "047f000001000c"));
    kinds.put("an address below 0", greeting("8000" + "047f000001000d"));
    return kinds;
  }

  private static byte[] join(byte[] first, String hex) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(first);
    bytes.write(HEX.parseHex(hex));
    return bytes.toByteArray();
  }

  private static byte[] greeting(String hex) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeBytes("bela");
    out.writeShort(Version.version);
    out.write(HEX.parseHex(hex));
    return bytes.toByteArray();
  }

  /** Silent ones and slow ones at the port where members find each other. */
  private void comeAgainAndAgain(List<Place> places) {
    List<Socket> slow = new ArrayList<>();
    while (!done.get()) {
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        for (Place place : places) {
          slow.add(send("slow", first(place) + MEMBERSHIP, "b".getBytes(ISO_8859_1)));
        }
        for (Socket stranger : slow) {
          trickle(stranger);
        }
      } catch (IOException restarting) {
        // the member is away for a moment
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void trickle(Socket stranger) {
    try {
      stranger.getOutputStream().write('e');
    } catch (IOException ended) {
      // as it should
    }
  }

  private Socket send(String kind, int port, byte[] bytes) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    synchronized (strangers) {
      strangers.add(new Stranger(kind, port % 10, socket));
    }
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException closed) {
      // sooner than it was all there
    }
    return socket;
  }

  private static int first(Place place) {
    return Integer.parseInt(place.member().substring(place.member().indexOf(':') + 1));
  }

  private void assertEnded() throws IOException {
    long deadline = System.nanoTime() + END_WITHIN.toNanos();
    List<String> open = new ArrayList<>();
    for (Stranger stranger : strangers) {
      long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
      stranger.socket().setSoTimeout((int) left);
      try {
        InputStream in = stranger.socket().getInputStream();
        while (in.read() >= 0) {
          // what the member still says
        }
      } catch (SocketTimeoutException still) {
        open.add(stranger.kind() + " at " + stranger.port());
      } catch (IOException reset) {
        // ended
      }
    }
    assertThat(open).as("of %d connections", strangers.size()).isEmpty();
  }
}
