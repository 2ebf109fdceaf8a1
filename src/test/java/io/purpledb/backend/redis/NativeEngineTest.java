package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.service.FlagService;
import io.purpledb.support.redis.RedisForTests;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What strings of Redis can keep works, and all else is refused with the reason. */
@Timeout(30)
final class NativeEngineTest {

  private static final Value EMPTY = new Value.OfBytes(ByteString.EMPTY);

  private final TestLoop loop = new TestLoop();
  private final NativeBackends backends =
      new NativeBackends(RedisServer.of(loop.vertx(), RedisForTests.shared().url(), 5000, 100));
  private final Key key = Key.of(Call.DEFAULT_NAMESPACE, "kv", UUID.randomUUID().toString());
  private Engine bytes;
  private Engine numbers;
  private Engine flags;
  private Engine texts;

  @BeforeEach
  void open() {
    bytes = loop.call(() -> backends.engine("kv"));
    numbers = loop.call(() -> backends.engine("counter"));
    texts = loop.call(() -> backends.engine("cache"));
    flags = loop.call(() -> backends.engine("flag"));
  }

  @AfterEach
  void close() {
    loop.answer(() -> bytes.commit(Call.NOTHING, Commit.of(new Change.Delete(key))));
    loop.answer(() -> numbers.commit(Call.NOTHING, Commit.of(new Change.Delete(key))));
    loop.answer(() -> flags.commit(Call.NOTHING, Commit.of(new Change.Delete(key))));
    loop.answer(() -> texts.commit(Call.NOTHING, Commit.of(new Change.Delete(key))));
    loop.answer(bytes::close);
    loop.answer(numbers::close);
    loop.answer(flags::close);
    loop.answer(texts::close);
    loop.close();
  }

  @Test
  void aPutMayAskWhetherNothingIsThere() {
    assertThat(commit(bytes, Commit.when(new Check.Absent(key), put("1"))).isDone()).isTrue();
    assertThat(commit(bytes, Commit.when(new Check.Absent(key), put("2"))).refusedBy()).isZero();
    assertThat(value()).isEqualTo("1");
    assertThat(commit(bytes, Commit.of(put("3"))).isDone()).isTrue();
    assertThat(value()).isEqualTo("3");
  }

  @Test
  void aDeleteMayAskWhetherThereIsAnything() {
    Change delete = new Change.Delete(key);

    assertThat(commit(bytes, Commit.when(new Check.Present(key), delete)).refusedBy()).isZero();
    assertThat(commit(bytes, Commit.of(delete)).isDone()).isTrue();
    commit(bytes, Commit.of(put("1")));
    assertThat(commit(bytes, Commit.when(new Check.Present(key), delete)).isDone()).isTrue();
    assertThat(loop.answer(() -> bytes.get(Call.NOTHING, key))).isNull();
  }

  @Test
  void whatOverflowsIsRefusedByItsChange() {
    assertThat(sum(commit(numbers, Commit.answering(add(Long.MAX_VALUE)))))
        .isEqualTo(Long.MAX_VALUE);

    assertThat(commit(numbers, Commit.answering(add(1))).refusedBy()).isZero();

    assertThat(commit(numbers, Commit.of(add(-1))).entries()).isEmpty();
    assertThat(sum(commit(numbers, Commit.answering(add(0))))).isEqualTo(Long.MAX_VALUE - 1);
  }

  @Test
  void aFlagIsTheNumber1Or0() {
    Commit set = Commit.when(new Check.Absent(key), put(FlagService.TRUE));
    assertThat(commit(flags, set).isDone()).isTrue();
    assertThat(commit(flags, set).refusedBy()).isZero();
    assertThat(loop.answer(() -> flags.get(Call.NOTHING, key)).value()).isEqualTo(FlagService.TRUE);
    assertThat(commit(flags, Commit.of(put(FlagService.FALSE))).isDone()).isTrue();
    assertThat(loop.answer(() -> flags.get(Call.NOTHING, key)).value())
        .isEqualTo(FlagService.FALSE);

    for (Value none : List.of(new Value.OfNumber(2), new Value.OfBytes(ByteString.EMPTY))) {
      refuses(Capability.KINDS, () -> flags.commit(Call.NOTHING, Commit.of(put(none))));
    }
    refuses(Capability.KINDS, () -> flags.commit(Call.NOTHING, Commit.answering(add(1))));
    assertThat(loop.answer(() -> flags.get(Call.NOTHING, key)).value())
        .isEqualTo(FlagService.FALSE);
  }

  @Test
  void aTextHasATimeToLive() {
    Value text = new Value.OfBytes(ByteString.copyFromUtf8("é"));
    Change put = new Change.Put(key, text, Description.NONE, 60_000);

    assertThat(commit(texts, Commit.of(put)).isDone()).isTrue();
    assertThat(millisLeft()).isBetween(50_000L, 59_999L);
    assertThat(commit(texts, Commit.of(put(text, Change.KEEP))).isDone()).isTrue();
    assertThat(millisLeft()).isBetween(50_000L, 59_999L);
    assertThat(commit(texts, Commit.of(put(text))).isDone()).isTrue();
    assertThat(millisLeft()).as("for ever").isEqualTo(-1);
    assertThat(commit(texts, Commit.of(new Change.Touch(key, 20_000))).isDone()).isTrue();
    assertThat(millisLeft()).isBetween(10_000L, 19_999L);
    assertThat(commit(texts, Commit.of(new Change.Touch(key, Change.FOREVER))).isDone()).isTrue();
    assertThat(millisLeft()).as("for ever").isEqualTo(-1);

    assertThat(loop.answer(() -> texts.get(Call.NOTHING, key)).value()).isEqualTo(text);
    assertThat(texts.capabilities()).containsExactly(Capability.EXPIRY);
  }

  @Test
  void aTouchPutsNothing() {
    assertThat(commit(texts, Commit.of(new Change.Touch(key, 20_000))).isDone()).isTrue();
    assertThat(commit(texts, Commit.of(new Change.Touch(key, Change.FOREVER))).isDone()).isTrue();

    assertThat(loop.answer(() -> texts.get(Call.NOTHING, key))).isNull();
  }

  /** One millisecond less would be none, which Redis takes for a deletion or refuses. */
  @Test
  void theShortestTimeToLiveIsOneMillisecond() {
    commit(texts, Commit.of(put("1")));

    assertThat(commit(texts, Commit.of(new Change.Touch(key, 1))).isDone()).isTrue();
    assertThat(commit(texts, Commit.of(put(EMPTY, 1))).isDone()).isTrue();
  }

  @Test
  void whatATextCannotBeIsRefused() {
    Value noText = new Value.OfBytes(ByteString.copyFrom(new byte[] {(byte) 0xff}));
    Change put = put(EMPTY, 5);
    Change touch = new Change.Touch(key, 5);

    refuses(Capability.KINDS, () -> texts.commit(Call.NOTHING, Commit.of(put(noText))));
    refuses(
        Capability.CHECKS,
        () -> texts.commit(Call.NOTHING, Commit.when(new Check.Absent(key), put)));
    refuses(
        Capability.CHECKS,
        () -> texts.commit(Call.NOTHING, Commit.when(new Check.Present(key), touch)));
    refuses(Capability.SEVERAL, () -> texts.commit(Call.NOTHING, Commit.answering(touch)));
    refuses(
        Capability.DESCRIPTIONS,
        () ->
            texts.commit(
                Call.NOTHING,
                Commit.of(new Change.Put(key, EMPTY, new Description("a/b", Map.of()), 5))));
    assertThat(loop.answer(() -> texts.get(Call.NOTHING, key))).as("nothing was written").isNull();
  }

  private long millisLeft() {
    String database = RedisForTests.shared().url() + "/0";
    return Long.parseLong(String.valueOf(loop.raw(database, Command.PTTL, key.name())));
  }

  /** Redis itself would add to a string of digits. */
  @Test
  void nothingIsAddedToBytes() {
    commit(bytes, Commit.of(put("1")));

    refuses(Capability.KINDS, () -> bytes.commit(Call.NOTHING, Commit.answering(add(1))));

    assertThat(value()).isEqualTo("1");
  }

  @Test
  void whatAStringCannotKeepIsRefused() {
    Key item = new Key(Call.DEFAULT_NAMESPACE, "kv", "k", "item");
    Key elsewhere = Key.of("elsewhere", "kv", "k");
    Value one = new Value.OfBytes(ByteString.copyFromUtf8("1"));
    Range range = Range.of(Call.DEFAULT_NAMESPACE, "kv");

    refuses(Capability.ITEMS, () -> bytes.get(Call.NOTHING, item));
    refuses(Capability.NAMESPACES, () -> bytes.get(Call.NOTHING, elsewhere));
    refuses(Capability.SEVERAL, () -> bytes.read(Call.NOTHING, List.of(key, key)));
    refuses(Capability.EXPIRY, () -> put(new Change.Put(key, one, Description.NONE, 5)));
    refuses(Capability.EXPIRY, () -> put(new Change.Put(key, one, Description.NONE, Change.KEEP)));
    refuses(
        Capability.DESCRIPTIONS,
        () -> put(new Change.Put(key, one, new Description("a/b", Map.of()), Change.FOREVER)));
    refuses(Capability.ITEMS, () -> put(new Change.Put(item, one, Description.NONE, 0)));
    refuses(Capability.SCAN, () -> put(new Change.DeleteRange(range)));
    refuses(Capability.EXPIRY, () -> put(new Change.Touch(key, 5)));
    refuses(
        Capability.KINDS,
        () -> put(new Change.Put(key, new Value.OfNumber(1), Description.NONE, Change.FOREVER)));
    refuses(Capability.SEVERAL, () -> bytes.commit(Call.NOTHING, Commit.answering(put("1"))));
    refuses(
        Capability.CHECKS,
        () -> bytes.commit(Call.NOTHING, Commit.when(new Check.Within(key, 0, 1), put("1"))));
    refuses(
        Capability.SEVERAL,
        () ->
            bytes.commit(
                Call.NOTHING, new Commit(List.of(), List.of(put("1"), put("2")), List.of())));
    refuses(
        Capability.SEVERAL,
        () -> bytes.commit(Call.NOTHING, Commit.when(new Check.Present(elsewhere), put("1"))));
    refuses(
        Capability.CHECKS,
        () -> bytes.commit(Call.NOTHING, Commit.when(new Check.Present(key), put("1"))));
    refuses(
        Capability.VERSIONS,
        () -> bytes.commit(Call.NOTHING, Commit.when(new Check.HasVersion(key, 1), put("1"))));
    refuses(
        Capability.CHECKS,
        () -> numbers.commit(Call.NOTHING, Commit.of(new Change.Add(key, 1, 0, 10))));
    refuses(Capability.SCAN, () -> bytes.scan(Call.NOTHING, Scan.of(range, 10)));
    refuses(Capability.CLAIM, () -> bytes.claim(Call.NOTHING, new Claim(range, 1, "n", "")));
    assertThatThrownBy(() -> bytes.watch(Call.NOTHING, range, Engine.NOW))
        .hasMessageContaining(Capability.WATCH.text());

    assertThat(loop.answer(() -> bytes.get(Call.NOTHING, key))).as("nothing was written").isNull();
    assertThat(bytes.capabilities()).isEmpty();
  }

  private void refuses(Capability missing, Supplier<? extends Future<?>> asked) {
    Failure failure = loop.failure(asked);

    assertThat(failure.kind()).isEqualTo(Failure.Kind.NOT_IMPLEMENTED);
    assertThat(failure).hasMessageContaining(missing.text());
  }

  private Future<Committed> put(Change change) {
    return bytes.commit(Call.NOTHING, Commit.of(change));
  }

  private Committed commit(Engine engine, Commit commit) {
    return loop.answer(() -> engine.commit(Call.NOTHING, commit));
  }

  private Change put(String text) {
    return put(new Value.OfBytes(ByteString.copyFromUtf8(text)));
  }

  private Change put(Value value) {
    return put(value, Change.FOREVER);
  }

  private Change put(Value value, long ttlMillis) {
    return new Change.Put(key, value, Description.NONE, ttlMillis);
  }

  private Change add(long amount) {
    return new Change.Add(key, amount, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static long sum(Committed committed) {
    return ((Value.OfNumber) committed.entries().get(0).value()).number();
  }

  private String value() {
    Entry entry = loop.answer(() -> bytes.get(Call.NOTHING, key));
    return ((Value.OfBytes) entry.value()).content().toStringUtf8();
  }
}
