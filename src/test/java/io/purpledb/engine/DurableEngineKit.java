package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Proves an engine that keeps entries over the end of its process, however that comes. */
abstract class DurableEngineKit extends EngineKit {

  private static final int KILLS = 3;
  private static final int MOST_BEFORE_A_KILL = 1_500;

  private final EngineOpener opener;
  private final Path directory;

  /**
   * @param directory an empty one
   */
  DurableEngineKit(EngineOpener opener, Path directory) {
    this.opener = opener;
    this.directory = directory;
  }

  @Override
  protected final Engine open(Vertx vertx, InstantSource clock) {
    return opener.open(vertx, clock, directory.resolve("tested"));
  }

  final Path directory() {
    return directory;
  }

  private long touch() throws Exception {
    Change change = add(Key.of(Call.DEFAULT_NAMESPACE, "counter", "touched"), 1);
    return await(engine().commit(Call.NOTHING, Commit.of(change))).position();
  }

  @RepeatedTest(2)
  final void aRestartChangesNothing() throws Exception {
    long seed = System.nanoTime();
    RandomCommits random = new RandomCommits(seed);
    for (int restart = 0; restart < 5; restart++) {
      for (int i = 0; i < 100; i++) {
        clock().advance(random.below(3));
        await(engine().commit(Call.NOTHING, random.commit(Map.of())));
        await(engine().claim(Call.NOTHING, random.claim()));
      }
      List<Entry> before = everything();
      long position = touch();

      reopen();

      assertThat(everything()).as("seed %d", seed).isEqualTo(before);
      assertThat(touch()).as("seed %d", seed).isGreaterThan(position);
      assertThat(before).allMatch(entry -> entry.version() < position);
    }
  }

  @Test
  final void whatExpiresMeanwhileIsNotThereAnyMore() throws Exception {
    Key key = Key.of(Call.DEFAULT_NAMESPACE, "cache", "k");
    await(engine().commit(Call.NOTHING, Commit.of(put(key, "v", 1_000))));
    clock().advance(999);
    reopen();
    assertThat(await(engine().read(Call.NOTHING, List.of(key))).get(0)).isNotNull();
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();
    watch(Range.of(Call.DEFAULT_NAMESPACE, "cache"), Engine.NOW).handler(told::add);

    clock().advance(1);

    assertThat(await(engine().read(Call.NOTHING, List.of(key))).get(0)).isNull();
    assertThat(told.poll(10, TimeUnit.SECONDS).kind()).isEqualTo(Event.Kind.EXPIRED);
  }

  /** Who comes again with a position from before learns that something may be missed. */
  @Test
  final void aWatchGoesOnOrIsToldOfTheGap() throws Exception {
    Key key = Key.of(Call.DEFAULT_NAMESPACE, "kv", "k");
    long known =
        await(engine().commit(Call.NOTHING, Commit.of(put(key, "1", Change.FOREVER)))).position();
    await(engine().commit(Call.NOTHING, Commit.of(put(key, "2", Change.FOREVER))));
    reopen();
    BlockingQueue<Event> told = new LinkedBlockingQueue<>();

    watch(Range.of(Call.DEFAULT_NAMESPACE, "kv"), known).handler(told::add);
    await(engine().commit(Call.NOTHING, Commit.of(put(key, "3", Change.FOREVER))));

    Event first = told.poll(10, TimeUnit.SECONDS);
    assertThat(first.kind()).isIn(Event.Kind.GAP, Event.Kind.PUT);
    assertThat(first.position()).isGreaterThan(known);
    Event last = told.poll(10, TimeUnit.SECONDS);
    assertThat(last.kind()).isEqualTo(Event.Kind.PUT);
    assertThat(last.position()).isGreaterThan(first.position());
  }

  /**
   * A process that commits is killed at random moments: what it acknowledged is there, nothing is
   * there by half, and no position is given twice.
   */
  @Test
  final void aKillLosesNothingThatWasAcknowledged() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path place = directory.resolve("killed");
    Map<Integer, CommittingProcess.Line> last = new TreeMap<>();
    Set<Long> positions = new HashSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      long newest = positions.stream().mapToLong(p -> p).max().orElse(0);
      int lines = 1 + random.nextInt(MOST_BEFORE_A_KILL);
      for (CommittingProcess.Line line : linesUntilKilled(place, lines)) {
        assertThat(positions.add(line.position())).as("seed %d: %s, again", seed, line).isTrue();
        assertThat(line.position()).as("seed %d: %s", seed, line).isGreaterThan(newest);
        last.put(line.worker(), line);
      }
      Vertx vertx = Vertx.vertx();
      Engine engine = opener.open(vertx, InstantSource.system(), place);
      try {
        for (CommittingProcess.Line line : last.values()) {
          CommittingProcess.check(engine, line, "seed %d, kill %d".formatted(seed, kill));
        }
      } finally {
        await(engine.close());
        await(vertx.close());
      }
    }
    assertThat(last).hasSize(CommittingProcess.WORKERS);
  }

  /** Another process with the engine, which has a heap of its own. */
  final Process start(String heap, Class<?> main, Path place) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            heap,
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1", // it does not live long
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName(),
            opener.getClass().getName(),
            place.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<CommittingProcess.Line> linesUntilKilled(Path place, int count)
      throws IOException, InterruptedException {
    Process process = start("-Xmx128m", CommittingProcess.class, place);
    List<CommittingProcess.Line> lines = new java.util.ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        CommittingProcess.Line.of(line).ifPresent(lines::add);
        if (lines.size() == count) {
          process.toHandle().destroyForcibly(); // the stream stays open: it may have said more
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(lines).hasSizeGreaterThanOrEqualTo(count);
    return lines;
  }
}
