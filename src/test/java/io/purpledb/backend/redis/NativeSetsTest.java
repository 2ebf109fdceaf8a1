package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.service.SetService;
import io.purpledb.support.TestConfigs;
import io.purpledb.support.redis.RedisForTests;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What sets of Redis can keep works, and all else is refused with the reason. */
@Timeout(30)
final class NativeSetsTest {

  private final TestLoop loop = new TestLoop();
  private final NativeBackends backends =
      new NativeBackends(RedisServer.of(loop.vertx(), RedisForTests.shared().url(), 5000, 100));
  private final Key name = Key.of(Call.DEFAULT_NAMESPACE, "set", UUID.randomUUID().toString());
  private final Key a = new Key(name.namespace(), "set", name.name(), "a");
  private final Key b = new Key(name.namespace(), "set", name.name(), "b");
  private Engine engine;

  @BeforeEach
  void open() {
    engine = loop.call(() -> backends.engine("set"));
  }

  @AfterEach
  void close() {
    commit(Commit.of(new Change.Delete(a)));
    commit(Commit.of(new Change.Delete(b)));
    loop.answer(engine::close);
    loop.close();
  }

  private static Change put(Key key) {
    return new Change.Put(key, SetService.MEMBER, Description.NONE, Change.FOREVER);
  }

  private Committed commit(Commit commit) {
    return loop.answer(() -> engine.commit(Call.NOTHING, commit));
  }

  private List<String> items() {
    return commit(Commit.items(name)).items().get(0);
  }

  @Test
  void membersComeAndGo() {
    assertThat(items()).isEmpty();
    assertThat(commit(Commit.of(put(b))).isDone()).isTrue();
    assertThat(commit(Commit.when(new Check.Absent(b), put(b))).refusedBy()).isZero();
    Committed added = commit(Commit.when(new Check.Absent(a), put(a)).answeringItems());
    assertThat(added.isDone()).isTrue();
    assertThat(added.items().get(0)).containsExactly("a", "b");
    Committed again = commit(Commit.when(new Check.Absent(a), put(a)).answeringItems());
    assertThat(again.refusedBy()).isZero();
    assertThat(again.items().get(0)).containsExactly("a", "b");
    assertThat(items()).containsExactly("a", "b");

    Commit removal = Commit.when(new Check.Present(a), new Change.Delete(a));
    assertThat(commit(removal).isDone()).isTrue();
    assertThat(commit(removal).refusedBy()).isZero();
    Committed removed = commit(Commit.of(new Change.Delete(b)).answeringItems());
    assertThat(removed.isDone()).isTrue();
    assertThat(removed.items().get(0)).isEmpty();
  }

  @Test
  void aMemberIsReadAsAnEntry() {
    commit(Commit.of(put(a)));

    assertThat(loop.answer(() -> engine.get(Call.NOTHING, a)).value()).isEqualTo(SetService.MEMBER);
    assertThat(loop.answer(() -> engine.read(Call.NOTHING, List.of(b)))).containsOnlyNulls();
  }

  @Test
  void whatSetsCannotKeepIsRefused() {
    assertThat(engine.capabilities()).containsExactly(Capability.ITEMS);
    Value text = new Value.OfBytes(ByteString.copyFromUtf8("text"));
    Range range = Range.items(name.namespace(), "set", name.name());
    refused(Commit.of(new Change.Put(a, text, Description.NONE, Change.FOREVER)), "this kind");
    refused(Commit.of(new Change.Put(a, SetService.MEMBER, Description.NONE, 5)), "expiry");
    Description described = new Description("a/b", Map.of());
    refused(
        Commit.of(new Change.Put(a, SetService.MEMBER, described, Change.FOREVER)), "media types");
    refused(Commit.of(new Change.Touch(a, 5)), "expiry");
    refused(Commit.of(new Change.Add(a, 1, 0, 9)), "this kind");
    refused(Commit.of(new Change.DeleteRange(range)), "order to list");
    refused(Commit.of(put(name)), "this kind");
    refused(Commit.of(put(new Key("other", "set", "s", "a"))), "namespaces");
    refused(Commit.items(Key.of("other", "set", "s")), "namespaces");
    refused(Commit.answering(put(a)), "several keys");
    refused(Commit.when(new Check.Present(a), put(a)), "such check");
    refused(Commit.when(new Check.Absent(a), new Change.Delete(a)), "such check");
    refused(Commit.when(new Check.HasVersion(a, 1), put(a)), "versions");
    refused(Commit.when(new Check.Absent(b), put(a)), "several keys");
    refused(new Commit(List.of(), List.of(put(a), put(b)), List.of()), "several keys");
    refused(
        new Commit(
            List.of(), List.of(put(a)), List.of(), List.of(Key.of(a.namespace(), "set", "other"))),
        "several keys");
    refused(() -> engine.read(Call.NOTHING, List.of(a, b)), "several keys");
    refused(() -> engine.scan(Call.NOTHING, Scan.of(range, 1)), "order to list");
    refused(() -> engine.claim(Call.NOTHING, new Claim(range, 1, "x", "")), "claims");
    assertThat(items()).isEmpty();
  }

  private void refused(Commit commit, String why) {
    refused(() -> engine.commit(Call.NOTHING, commit), why);
  }

  private void refused(Supplier<Future<?>> asked, String why) {
    Failure failure = loop.failure(asked);
    assertThat(failure.kind()).as(why).isEqualTo(Failure.Kind.NOT_IMPLEMENTED);
    assertThat(failure)
        .hasMessageContaining("databases 0 to %d".formatted(TestConfigs.SERVICES.size() - 1))
        .hasMessageContaining(why);
  }
}
