package io.purpledb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.purpledb.PurpleClient;
import io.purpledb.cluster.bus.BusLimits;
import io.purpledb.config.ClusterTls;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.message.bus.Bus;
import io.purpledb.message.bus.Endpoint;
import io.purpledb.support.LogWatch;
import io.purpledb.support.TestCertificate;
import io.purpledb.support.process.ClusterPorts;
import io.purpledb.v1.SetGetRequest;
import io.purpledb.v1.SetGetResponse;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger can send to the port of the event bus, without and with TLS. */
@Tag("long")
@Timeout(120)
class BusPortTest {

  private static final String ECHO = "test.echo";
  private static final int MIB = 1 << 20;
  private static final int BOUND = 4 * MIB;
  private static final long SILENCE_MILLIS = 4_000;
  private static final int CONNECTIONS = 20;
  private static final byte[] KIB = new byte[1 << 10];

  private static final BusLimits LIMITS =
      new BusLimits(BOUND, 8 * MIB, CONNECTIONS, CONNECTIONS, SILENCE_MILLIS);

  private final LogWatch log = new LogWatch("io.netty");
  private final Path directory;
  private @Nullable ClusterTls tls;
  private @Nullable BusNodes joined;

  BusPortTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @AfterEach
  void leave() {
    nodes().close();
    log.close();
  }

  private BusNodes nodes() {
    return Objects.requireNonNull(joined);
  }

  private void join(boolean encrypted) throws Exception {
    tls = encrypted ? TestCertificate.in(directory) : null;
    joined = new BusNodes(2, tls, LIMITS);
    BusNodes.await(
        nodes()
            .vertx(0)
            .eventBus()
            .consumer(ECHO, asked -> asked.reply(asked.body()))
            .completion());
    assertServes();
    assertThat(log.take()).isEmpty();
  }

  private Stranger stranger() throws Exception {
    return new Stranger(port(), tls);
  }

  private int port() {
    return nodes().members().get(0).busPort();
  }

  private void assertServes() {
    assertThat(BusNodes.await(nodes().vertx(1).eventBus().request(ECHO, "?")).body())
        .isEqualTo("?");
  }

  /** Nothing but one line, which says what was wrong. */
  private void assertOneLine(String text) {
    List<String> lines = log.take();
    assertThat(lines).singleElement().asString().contains(text).doesNotContain("\tat ");
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new Random(1).nextBytes(random);
    random[0] = 'G'; // as in GET: a length of more than 1 GB
    return random;
  }

  /** What is wrong at once, each with a connection of its own. */
  private static List<byte[]> wrong() throws IOException {
    byte[] none = new byte[0];
    byte[] noHeaders = Stranger.ints(4);
    List<byte[]> wrong = new ArrayList<>();
    wrong.add(Stranger.ints(0));
    wrong.add(Stranger.ints(-1));
    wrong.add(Stranger.ints(Integer.MIN_VALUE));
    wrong.add(Stranger.ints(Integer.MAX_VALUE));
    wrong.add(Stranger.ints(BOUND + 1));
    wrong.add("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    for (byte[] message :
        List.of(
            new byte[] {2},
            new byte[] {2, 1},
            new byte[] {2, -1, 0, 0, 0},
            new byte[] {2, -1, 127, -1, -1, -1, 0}, // a name of a codec of 2 GB
            new byte[] {2, 1, 0, 127, -1, -1, -16}, // an address of 2 GB
            new byte[] {2, 1, 0, -1, -1, -1, -1},
            new byte[] {2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 127, -1, -1, -16},
            Stranger.message(3, 1, "a", noHeaders, none),
            Stranger.message(0, 1, "a", noHeaders, none),
            Stranger.message(2, 18, "a", noHeaders, none),
            Stranger.message(2, -2, "a", noHeaders, none),
            Stranger.message(2, 1, "a", none, none),
            Stranger.message(2, 1, "a", Stranger.ints(3), none),
            Stranger.message(2, 1, "a", Stranger.ints(-8), none),
            Stranger.message(2, 1, "a", Stranger.ints(Integer.MAX_VALUE), none),
            Stranger.message(2, 1, "a", Stranger.ints(16, 1_000_000_000, 0, 0), none),
            Stranger.message(2, 1, "a", Stranger.ints(16, 1, 0, Integer.MAX_VALUE), none),
            Stranger.message(2, 9, ECHO, noHeaders, Stranger.ints(Integer.MAX_VALUE - 16)),
            Stranger.message(2, 13, ECHO, noHeaders, Stranger.ints(-1)),
            Stranger.message(2, 6, ECHO, noHeaders, Stranger.ints(1)),
            Stranger.message(2, 15, ECHO, noHeaders, Stranger.ints(1, 0x1017f, -1)))) {
      wrong.add(Stranger.framed(message));
    }
    return wrong;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closesWhatIsWrongAndSaysSoOnce(boolean encrypted) throws Exception {
    join(encrypted);
    for (byte[] bytes : wrong()) {
      try (Stranger stranger = stranger()) {
        stranger.send(bytes);
        assertThat(stranger.isClosed()).as(Arrays.toString(bytes)).isTrue();
      }
      assertServes();
    }
    assertOneLine("a message of 0 bytes (expected: 1 to " + BOUND + ")");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closesOneThatSaidSomethingBefore(boolean encrypted) throws Exception {
    join(encrypted);
    try (Stranger stranger = stranger()) {
      stranger.send(Stranger.ping());
      assertThat(stranger.read()).isEqualTo(1);
      for (byte part : Stranger.ping()) { // as slow networks do
        stranger.send(new byte[] {part});
      }
      assertThat(stranger.read()).isEqualTo(1);
      stranger.send(Stranger.ints(-5));
      assertThat(stranger.isClosed()).isTrue();
    }
    assertServes();
    assertOneLine("a message of -5 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, BOUND + 1})
  void takesNothingOfWhatIsTooLong(int length) throws Exception {
    join(false);
    try (Stranger stranger = stranger()) {
      stranger.send(Stranger.ints(length));
      long before = usedBytes();
      stranger.sendUntilClosed(KIB, 64 * MIB);
      assertThat(usedBytes() - before).isLessThan(4 * MIB);
      assertThat(stranger.isClosed()).isTrue();
    }
    assertServes();
    assertOneLine("a message of " + length + " bytes (expected: 1 to " + BOUND + ")");
  }

  @Test
  void takesNothingOfGarbage() throws Exception {
    join(false);
    try (Stranger stranger = stranger()) {
      stranger.sendUntilClosed(random(MIB), MIB);
      assertThat(stranger.isClosed()).isTrue();
    }
    assertServes();
    assertOneLine("event bus: a connection of /127.0.0.1 is closed: a message of ");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void doesNotWaitForEver(boolean encrypted) throws Exception {
    join(encrypted);
    long begun = System.nanoTime();
    try (Stranger silent = stranger();
        Stranger half = stranger();
        Stranger trickling = stranger()) {
      half.send(Arrays.copyOf(Stranger.ping(), 20));
      trickling.send(Stranger.ping());
      assertThat(trickling.read()).isEqualTo(1);
      trickling.send(Stranger.ints(1000));
      while (System.nanoTime() - begun < 1_500_000 * SILENCE_MILLIS) {
        trickling.sendUntilClosed(new byte[1], 1);
        Thread.sleep(100);
      }
      for (Stranger each : List.of(silent, half, trickling)) {
        assertThat(each.isClosed(1_000)).isTrue();
      }
    }
    assertServes();
    assertOneLine("no whole message in " + SILENCE_MILLIS + " ms");
  }

  @Test
  void keepsMembersThatHaveNothingToSay() throws Exception {
    join(false);
    Thread.sleep(3 * SILENCE_MILLIS);
    assertServes();
    assertThat(log.take()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void letsItsOwnInThoughManyAreSilent(boolean encrypted) throws Exception {
    join(encrypted);
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * CONNECTIONS; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), port()));
      }
      assertServes();
      PurpleClient guest =
          BusNodes.await(
              PurpleClient.join(ClusterPorts.text(nodes().members()), tls, new VertxOptions()));
      assertThat(BusNodes.await(guest.vertx().eventBus().request(ECHO, "?")).body()).isEqualTo("?");
      BusNodes.await(guest.close());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    assertOneLine("it has sent no message, and " + CONNECTIONS + " of that address are open");
  }

  /** But a port that its application opens takes what comes. */
  @Test
  void boundsTheBusOfAGuest() throws Exception {
    join(false);
    PurpleClient guest = BusNodes.await(PurpleClient.join(ClusterPorts.text(nodes().members())));
    int bus = ((VertxInternal) guest.vertx()).clusterManager().getNodeInfo().port();
    int own =
        BusNodes.await(
                guest
                    .vertx()
                    .createNetServer()
                    .connectHandler(socket -> socket.handler(socket::write))
                    .listen(0, "127.0.0.1"))
            .actualPort();
    try (Stranger stranger = new Stranger(bus, null);
        Stranger user = new Stranger(own, null)) {
      stranger.send(Stranger.ping());
      assertThat(stranger.read()).isEqualTo(1);
      stranger.send(Stranger.ints(Integer.MAX_VALUE));
      assertThat(stranger.isClosed()).isTrue();
      user.send(Stranger.ints(Integer.MAX_VALUE));
      assertThat(user.read()).isEqualTo(Byte.MAX_VALUE);
    } finally {
      BusNodes.await(guest.close());
    }
    assertOneLine("a message of " + Integer.MAX_VALUE + " bytes");
  }

  @Test
  void holdsALittleOfHalfMessages() throws Exception {
    join(false);
    List<Stranger> many = new ArrayList<>();
    try {
      long before = usedBytes();
      for (int i = 0; i < CONNECTIONS - 2; i++) {
        Stranger stranger = stranger();
        many.add(stranger);
        stranger.send(Stranger.ints(BOUND));
        stranger.sendUntilClosed(KIB, BOUND - KIB.length);
      }
      assertThat(usedBytes() - before).isLessThan(24 * MIB);
      byte[] large = new byte[3 * MIB];
      Object echo = BusNodes.await(nodes().vertx(1).eventBus().request(ECHO, large)).body();
      assertThat(echo).isEqualTo(large);
    } finally {
      for (Stranger stranger : many) {
        stranger.close();
      }
    }
    assertOneLine("messages that are not whole take ");
  }

  @Test
  void closesOneThatDoesNotReadItsPongs() throws Exception {
    join(false);
    try (Stranger stranger = stranger()) {
      byte[] ping = Stranger.ping();
      byte[] pings = new byte[ping.length * 1000];
      for (int i = 0; i < 1000; i++) {
        System.arraycopy(ping, 0, pings, i * ping.length, ping.length);
      }
      long sent = stranger.sendUntilClosed(pings, 2L << 30);
      assertThat(sent).isLessThan(2L << 30);
    }
    assertServes();
    assertOneLine("its pongs are not read");
  }

  @Test
  void saysOneLineOfWhatIsNotTls() throws Exception {
    join(true);
    for (int i = 0; i < 3; i++) {
      try (Stranger stranger = new Stranger(port(), null)) {
        stranger.sendUntilClosed(random(MIB), MIB);
        assertThat(stranger.isClosed()).isTrue();
      }
    }
    assertServes();
    assertOneLine("NotSslRecordException");
  }

  /** Answers with a set that is larger than a message may be. */
  private static final class LargeSets extends Endpoint {

    LargeSets() {
      super(Bus.service("set"), 10);
      SetGetResponse large =
          SetGetResponse.newBuilder()
              .addAllItems(Collections.nCopies(BOUND / 1000, "i".repeat(1000)))
              .build();
      on(SetGetRequest.class, request -> Future.succeededFuture(large));
    }

    @Override
    protected Future<Void> health() {
      return Future.succeededFuture();
    }
  }

  @Test
  void refusesAnAnswerThatIsTooLarge() throws Exception {
    join(false);
    BusNodes.await(nodes().vertx(0).deployVerticle(new LargeSets()));
    Future<?> call = PurpleClient.on(nodes().vertx(1)).call(SetGetRequest.getDefaultInstance());
    assertThatThrownBy(() -> BusNodes.await(call))
        .cause()
        .isInstanceOfSatisfying(
            Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.ANSWER_TOO_LARGE))
        .hasMessageContaining("between the nodes of a cluster");
    assertThat(log.take()).isEmpty();
  }

  /** Of a message in good form, to an address of Purple. */
  @Test
  void refusesABodyThatIsNone() throws Exception {
    join(false);
    String address = Bus.service("set");
    BusNodes.await(nodes().vertx(0).deployVerticle(new LargeSets()));
    String codec = SetGetRequest.getDescriptor().getFullName();
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    new ObjectOutputStream(object).writeObject(new HashSet<>(List.of("an item")));
    try (Stranger stranger = stranger()) {
      for (byte[] message :
          List.of(
              Stranger.message(codec, address, new byte[0]),
              Stranger.message(codec, address, Stranger.ints(Integer.MAX_VALUE - 64)),
              Stranger.message(codec, address, Stranger.ints(4, -1)),
              Stranger.message(2, 13, address, Stranger.ints(4), Stranger.ints(4, -1)),
              Stranger.message(
                  2, 17, address, Stranger.ints(4), Stranger.framed(object.toByteArray())))) {
        stranger.send(Stranger.framed(message));
        stranger.send(Stranger.ping());
        assertThat(stranger.read()).isEqualTo(1);
      }
    }
    assertServes();
    assertThat(log.take()).isEmpty();
  }

  /** On the heap and beside it. */
  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory()
        - runtime.freeMemory()
        + io.netty.util.internal.PlatformDependent.usedDirectMemory();
  }
}
