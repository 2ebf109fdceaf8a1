package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.RedisLayout;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.service.FlagService;
import io.purpledb.service.SetService;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a layout lacks is refused, what it has is done, and docs/backends.md lists the same. */
@Timeout(60)
final class RedisCapabilitiesTest {

  private static final String SPACE = Call.DEFAULT_NAMESPACE;
  private static final List<String> SERVICES = List.of("cache", "counter", "flag", "kv", "set");

  /** What a service puts into an entry; nothing is ever put into a counter. */
  private static final Map<String, Value> VALUES =
      Map.of(
          "cache",
          text("text"),
          "counter",
          new Value.OfNumber(1),
          "flag",
          FlagService.TRUE,
          "kv",
          text("value"),
          "set",
          SetService.MEMBER);

  private final RedisProcess redis = RedisForTests.start();
  private final TestLoop loop = new TestLoop();

  @AfterEach
  void close() {
    loop.close();
    redis.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cache", "counter", "flag", "kv", "set"})
  void whatLayout1LacksIsRefused(String service) {
    RedisBackends backends = open(RedisLayout.NATIVE, service);
    Engine engine = loop.call(() -> backends.engine(service));
    Set<Capability> has = backends.capabilities(service);
    assertThat(engine.capabilities()).isEqualTo(has);

    for (Capability one : Capability.values()) {
      if (has.contains(one)) {
        loop.answer(() -> probe(engine, service, one));
      } else {
        Failure failure = loop.failure(() -> probe(engine, service, one));
        assertThat(failure.kind()).as(one.name()).isEqualTo(Failure.Kind.NOT_IMPLEMENTED);
        assertThat(EnumSet.complementOf(copy(has)))
            .as(failure.getMessage())
            .anyMatch(missing -> String.valueOf(failure.getMessage()).contains(missing.text()));
      }
    }
    loop.answer(engine::close);
    backends.close();
  }

  @ParameterizedTest
  @EnumSource(Capability.class)
  void layout2HasAll(Capability one) {
    RedisBackends backends = open(RedisLayout.ENTRIES, "kv");

    loop.answer(() -> probe(backends.engine("kv"), "kv", one));

    assertThat(backends.capabilities("kv")).contains(one);
    backends.close();
  }

  @Test
  void theDocumentListsThem() throws IOException {
    RedisBackends backends = open(RedisLayout.NATIVE, "kv");
    String document = Files.readString(Path.of("docs/backends.md"));

    for (Capability one : Capability.values()) {
      List<String> have =
          SERVICES.stream().filter(name -> backends.capabilities(name).contains(one)).toList();
      assertThat(document)
          .containsPattern(
              "\\| `%s` \\| [^|\n]+ \\| %s \\| yes \\|\n"
                  .formatted(
                      one.name().toLowerCase(Locale.ROOT),
                      have.isEmpty() ? "no" : String.join(", ", have)));
    }
    backends.close();
  }

  /** Asks for what needs a capability. */
  private static Future<?> probe(Engine engine, String service, Capability capability) {
    Key key = new Key(SPACE, service, "k", service.equals("set") ? "item" : "");
    Value value = VALUES.getOrDefault(service, text(""));
    Change put = new Change.Put(key, value, Description.NONE, Change.FOREVER);
    Range range = Range.of(SPACE, service);
    return switch (capability) {
      case SEVERAL ->
          engine.commit(Call.NOTHING, new Commit(List.of(), List.of(put, put), List.of()));
      case CHECKS -> engine.commit(Call.NOTHING, Commit.when(new Check.Within(key, 0, 1), put));
      case KINDS ->
          engine.commit(
              Call.NOTHING,
              Commit.of(
                  new Change.Put(
                      key,
                      value instanceof Value.OfNumber ? text("other") : new Value.OfNumber(7),
                      Description.NONE,
                      Change.FOREVER)));
      case VERSIONS -> engine.commit(Call.NOTHING, Commit.when(new Check.HasVersion(key, 1), put));
      case DESCRIPTIONS ->
          engine.commit(
              Call.NOTHING,
              Commit.of(
                  new Change.Put(key, value, new Description("a/b", Map.of()), Change.FOREVER)));
      case EXPIRY ->
          engine.commit(
              Call.NOTHING, Commit.of(new Change.Put(key, value, Description.NONE, 60_000)));
      case ITEMS -> engine.get(Call.NOTHING, new Key(SPACE, service, "k", "item"));
      case NAMESPACES ->
          engine.get(Call.NOTHING, new Key("elsewhere", service, key.name(), key.item()));
      case SCAN -> engine.scan(Call.NOTHING, Scan.of(range, 10));
      case CLAIM -> engine.claim(Call.NOTHING, new Claim(range, 1, "n", ""));
      case WATCH -> {
        engine.watch(Call.within(60_000), range, Engine.NOW);
        yield Future.succeededFuture();
      }
    };
  }

  private RedisBackends open(RedisLayout layout, String service) {
    RedisBackends made = new RedisBackends(loop.vertx(), redis.url(), layout, 5_000, 100);
    made.open(service);
    return made;
  }

  private static EnumSet<Capability> copy(Set<Capability> some) {
    return some.isEmpty() ? EnumSet.noneOf(Capability.class) : EnumSet.copyOf(some);
  }

  private static Value text(String text) {
    return new Value.OfBytes(ByteString.copyFromUtf8(text));
  }
}
