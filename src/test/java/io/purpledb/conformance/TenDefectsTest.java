package io.purpledb.conformance;

import static io.purpledb.message.Failure.Kind.NOT_FOUND;
import static io.purpledb.support.client.Await.refusal;
import static io.purpledb.support.client.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Config;
import io.purpledb.support.Callers;
import io.purpledb.support.Outside;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.TestServer;
import io.purpledb.support.client.ServiceClient;
import io.purpledb.support.time.TimeMachine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Ten defects of the original server, in its words; here none of them may be on any engine through
 * any protocol.
 */
@OnEveryCell("ten defects")
final class TenDefectsTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("value");

  private final Cell cell;
  private final ServiceClient purple;
  private final String key;

  TenDefectsTest(Cell cell) {
    this.cell = cell;
    this.purple = cell.client();
    this.key = cell.newKey();
  }

  @Test
  @DisplayName("1. memory maps have no lock: concurrent writes crash the process")
  void concurrentWrites() {
    Callers.run(4, (caller, turn) -> purple.kvPut(key + caller + "." + turn, VALUE));
    Callers.run(4, (caller, turn) -> purple.flagSet(key + caller + "." + turn, true));
    Callers.run(4, (caller, turn) -> purple.cacheSet(key + caller + "." + turn, "value", 60));
    assertThat(Callers.run(4, (caller, turn) -> purple.kvGet(key + caller + "." + turn)))
        .containsOnly(VALUE);
    assertThat(Callers.run(4, (caller, turn) -> purple.flagGet(key + caller + "." + turn)))
        .containsOnly(true);
    assertThat(Callers.run(4, (caller, turn) -> purple.cacheGet(key + caller + "." + turn)))
        .containsOnly("value");
  }

  @Test
  @DisplayName("2. increment and set-add read, then write: parallel calls lose updates")
  void lostUpdates() {
    List<Long> sums = Callers.run(4, (caller, turn) -> purple.counterIncrement(key, 1));
    assertThat(sums)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(1, 4L * Callers.COUNT).boxed().toList());
    Callers.run(2, (caller, turn) -> purple.setAdd(key, caller + "." + turn));
    assertThat(value(purple.setGet(key))).hasSize(2 * Callers.COUNT);
  }

  @Test
  @DisplayName("3. flags always read false")
  void flagsReadFalse() {
    value(purple.flagSet(key, true));
    assertThat(value(purple.flagGet(key))).isTrue();
  }

  @Test
  @DisplayName("4. TTL 0 means something else on each engine")
  void ttlZero() {
    value(purple.cacheSet(key, "value", 0));
    cell.time().advance(5_000 - cell.time().graceMillis());
    assertThat(value(purple.cacheGet(key))).isEqualTo("value");
    cell.time().advance(cell.time().graceMillis());
    refusal(NOT_FOUND, purple.cacheGet(key));
  }

  @Test
  @DisplayName("5. an entry lives up to a second longer than its TTL (whole-second clock)")
  void wholeSeconds() {
    for (int start = 0; start < 1_000; start += 333) {
      cell.time().advance(start);
      value(purple.cacheSet(key, "value", 3));
      cell.time().advance(3_000);
      refusal(NOT_FOUND, purple.cacheGet(key));
    }
  }

  @Test
  @DisplayName("6. removing from a missing set fails on some engines")
  void removingFromAMissingSet() {
    assertThat(value(purple.setRemove(key, "item"))).isEmpty();
  }

  @Test
  @DisplayName("7. binary and empty values do not round-trip")
  void binaryAndEmptyValues() {
    for (ByteString bytes : List.of(ByteString.EMPTY, ByteString.fromHex("00ff80c3"))) {
      value(purple.kvPut(key, bytes));
      assertThat(value(purple.kvGet(key))).isEqualTo(bytes);
    }
  }

  @Test
  @DisplayName("8. flush is FLUSHALL on a shared store; close forgets connections")
  void othersAreLeftAlone() {
    Outside.Untouched outside = cell.engine().outside().plant();
    value(purple.kvPut(key, VALUE));
    useAnotherServer(TestConfigs.of(cell.engine()));
    assertThat(value(purple.kvGet(key))).isEqualTo(VALUE);
    outside.check();
  }

  @Test
  @DisplayName("9. ?value=maybe on a flag stores false")
  void maybe() throws Exception {
    value(purple.flagSet(key, true));
    assertThat(statusOfPut("/flags/" + key + "?value=maybe")).isEqualTo(400);
    assertThat(value(purple.flagGet(key))).isTrue();
  }

  @Test
  @DisplayName("10. the disk path is relative to the working directory and cannot be configured")
  void dataDirectory() throws IOException {
    Path directory = TestConfigs.newDirectory();
    Set<Path> before = files(Path.of(""));
    useAnotherServer(TestConfigs.of(cell.engine(), directory, TestConfigs.MAX_VALUE_BYTES));
    assertThat(files(Path.of(""))).isEqualTo(before);
    assertThat(files(directory).isEmpty()).isNotEqualTo(cell.engine().keepsFiles());
  }

  private void useAnotherServer(Config config) {
    try (TimeMachine time = cell.engine().timeMachine();
        TestServer another = TestServer.start(config, time.clock())) {
      ServiceClient anotherProtocol = another.client(cell.type());
      value(anotherProtocol.cacheSet(cell.newKey(), "value", 60));
      value(anotherProtocol.counterIncrement(cell.newKey(), 1));
      value(anotherProtocol.flagSet(cell.newKey(), true));
      value(anotherProtocol.kvPut(cell.newKey(), VALUE));
      value(anotherProtocol.setAdd(cell.newKey(), "item"));
    }
  }

  private int statusOfPut(String uri) throws IOException, InterruptedException {
    URI url = URI.create("http://127.0.0.1:" + cell.httpPort() + uri);
    HttpRequest put = HttpRequest.newBuilder(url).PUT(BodyPublishers.noBody()).build();
    return HttpClient.newHttpClient().send(put, BodyHandlers.discarding()).statusCode();
  }

  private static Set<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.collect(Collectors.toSet());
    }
  }
}
