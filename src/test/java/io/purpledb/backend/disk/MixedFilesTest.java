package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.journal.Heads;
import io.purpledb.config.StartFailure;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Older copies of some files of a database beside the newer rest: a start refuses them, or nothing
 * of the newer data is missing. All older files together are a backup, and start.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MixedFilesTest {

  private static final int KEYS = 60;

  private final Path directory;
  private int mixes;

  MixedFilesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** A moment of one database; each comes after its predecessor. */
  enum Moment {
    CLOSED,
    OPENED,
    KILLED,
    KILLED_LATER,
    KILLED_SOON_AFTER,
    CLOSED_AT_LAST,
    KILLED_AFTER_ANOTHER_START,
    CLOSED_AGAIN
  }

  @BeforeAll
  void fill() {
    Path running = directory.resolve("running");
    try (KvFiles files = new KvFiles(running)) {
      write(files, Moment.CLOSED, KEYS);
    }
    KvFiles.copy(running, of(Moment.CLOSED));
    try (KvFiles files = new KvFiles(running)) {
      KvFiles.copy(running, of(Moment.OPENED));
      write(files, Moment.KILLED, KEYS);
      KvFiles.copy(running, of(Moment.KILLED));
      for (int i = 0; i < 2 * KEYS; i++) { // what is closed at last is larger than any before
        await(files.kv.put("more" + i, value(Moment.KILLED_LATER, i)));
      }
      for (int i = 0; i < 3; i++) { // with several checkpoints
        write(files, Moment.KILLED_LATER, KEYS);
      }
      KvFiles.copy(running, of(Moment.KILLED_LATER));
      write(files, Moment.KILLED_SOON_AFTER, 1); // without any
      KvFiles.copy(running, of(Moment.KILLED_SOON_AFTER));
    }
    KvFiles.copy(running, of(Moment.CLOSED_AT_LAST));
    try (KvFiles files = new KvFiles(running)) {
      write(files, Moment.KILLED_AFTER_ANOTHER_START, 1);
      KvFiles.copy(running, of(Moment.KILLED_AFTER_ANOTHER_START));
    }
    KvFiles.copy(running, of(Moment.CLOSED_AGAIN));
  }

  private static void write(KvFiles files, Moment moment, int keys) {
    for (int i = 0; i < keys; i++) {
      await(files.kv.put("key" + i, value(moment, i)));
    }
  }

  private static ByteString value(Moment moment, int i) {
    return ByteString.copyFromUtf8((moment + " " + i).repeat(1 + i * 7919 % 100));
  }

  private Path of(Moment moment) {
    return directory.resolve(moment.name());
  }

  static Stream<Arguments> pairs() {
    return Stream.of(Moment.values())
        .flatMap(
            older ->
                Stream.of(Moment.values())
                    .filter(newer -> newer.compareTo(older) > 0)
                    .map(newer -> Arguments.of(older, newer)));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("pairs")
  void noneOfTheNewerDataIsMissedUnnoticed(Moment older, Moment newer) throws Exception {
    mixAll(older, newer);
  }

  @Test
  void anOlderLogAndStateAreNoticed() throws Exception {
    mixAll(Moment.CLOSED, Moment.KILLED);
  }

  private void mixAll(Moment older, Moment newer) throws IOException {
    List<String> unnoticed = new ArrayList<>();
    for (int subset = 1; subset < 1 << KvFiles.NAMES.size(); subset++) {
      List<String> replaced = new ArrayList<>();
      for (int i = 0; i < KvFiles.NAMES.size(); i++) {
        if ((subset & 1 << i) != 0) {
          replaced.add(KvFiles.NAMES.get(i));
        }
      }
      Path mixed = mix(older, newer, replaced);
      boolean isBackup = isSame(mixed, of(older));
      try (KvFiles files = new KvFiles(mixed)) {
        int wrong = wrong(files, isBackup ? older : newer);
        if (wrong > 0) {
          unnoticed.add("%s: %d keys".formatted(replaced, wrong));
        }
      } catch (StartFailure refused) {
        assertThat(isBackup).as("%s of %s: %s", replaced, older, refused.line()).isFalse();
        assertThat(refused.line()).contains("entries.mv.db is damaged: ", "from one backup");
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  /** With the numbers that tell it. */
  @Test
  void theFileThatIsBehindIsNamed() throws Exception {
    assertThat(refusal(Moment.KILLED, Moment.KILLED_LATER, "entries.redo", "entries.state"))
        .containsPattern("entries\\.(redo|state): it is older than the files beside it: ");
    assertThat(refusal(Moment.KILLED, Moment.KILLED_LATER, "entries.redo"))
        .containsPattern("entries\\.redo: it ends with record \\d+ .*\\(expected: record \\d+");
    assertThat(refusal(Moment.KILLED, Moment.KILLED_LATER, "entries.state"))
        .containsPattern(
            "entries.state: it is older than the files beside it: it knows entries.journal to record \\d+, which goes to record \\d+");
    assertThat(refusal(Moment.CLOSED, Moment.KILLED, "entries.state"))
        .contains("entries.state: it is older");
    assertThat(refusal(Moment.CLOSED_AT_LAST, Moment.CLOSED_AGAIN, "entries.mv.db", "entries.sums"))
        .containsPattern(
            "entries.sums: it is older than the files beside it: with entries.mv.db, it has entries.journal to record \\d+, which begins with record \\d+");
    assertThat(refusal(Moment.KILLED, Moment.CLOSED_AT_LAST, "entries.journal", "entries.state"))
        .containsPattern(
            "entries.journal: it is older than the files beside it: it ends with record \\d+, and entries.mv.db has it to record \\d+");
    assertThat(
            refusal(
                Moment.KILLED,
                Moment.KILLED_LATER,
                "entries.mv.db",
                "entries.sums",
                "entries.journal",
                "entries.state"))
        .containsPattern(
            "entries.mv.db: it is older than the files beside it: with its journal, it has the changes to record \\d+ of entries.redo, which begins with \\d+");
  }

  /** It did not keep all numbers; also when a newer one was there before it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void filesThatAnOlderVersionLeftAreNotCompared(boolean wasNewer) throws Exception {
    for (Moment moment : Moment.values()) {
      Path data = mix(moment, moment, List.of());
      Heads.firstVersion(data.resolve("entries.state"));
      Heads.change(
          data.resolve("entries.sums"),
          numbers -> {
            numbers.clear();
            if (wasNewer) {
              numbers.add(1L);
            }
          });
      for (int start = 0; start < 2; start++) {
        try (KvFiles files = new KvFiles(data)) {
          assertThat(wrong(files, moment)).isZero();
        }
      }
    }
  }

  /** What an opening writes before it is done. */
  @Test
  void aStartThatIsKilledIsNoDamage() throws Exception {
    Path running = mix(Moment.CLOSED, Moment.CLOSED, List.of());
    for (int start = 0; start < 3; start++) {
      Path killed = directory.resolve("killed at start " + start);
      try (KvFiles files = new KvFiles(running)) {
        KvFiles.copy(running, killed);
        assertThat(wrong(files, Moment.CLOSED)).isZero();
      }
      running = killed;
    }
  }

  private String refusal(Moment older, Moment newer, String... replaced) throws IOException {
    Path mixed = mix(older, newer, List.of(replaced));
    try (KvFiles files = new KvFiles(mixed)) {
      return "not refused; %d keys are old".formatted(wrong(files, newer));
    } catch (StartFailure refused) {
      return refused.line();
    }
  }

  private Path mix(Moment older, Moment newer, List<String> replaced) throws IOException {
    Path mixed = directory.resolve("mix" + mixes++);
    KvFiles.copy(of(newer), mixed);
    for (String name : replaced) {
      Files.copy(of(older).resolve(name), mixed.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    return mixed;
  }

  private static boolean isSame(Path one, Path other) throws IOException {
    for (String name : KvFiles.NAMES) {
      if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** How many keys have other values than at a moment; a read that fails is as good. */
  private static int wrong(KvFiles files, Moment moment) {
    int wrong = 0;
    for (int i = 0; i < KEYS; i++) {
      Future<ByteString> read = files.kv.get("key" + i);
      await(read.otherwiseEmpty());
      if (read.succeeded() && !value(lastWritten(moment, i), i).equals(read.result())) {
        wrong++;
      }
    }
    return wrong;
  }

  private static Moment lastWritten(Moment moment, int i) {
    return switch (moment) {
      case OPENED -> Moment.CLOSED;
      case KILLED_SOON_AFTER, CLOSED_AT_LAST ->
          i == 0 ? Moment.KILLED_SOON_AFTER : Moment.KILLED_LATER;
      case KILLED_AFTER_ANOTHER_START, CLOSED_AGAIN ->
          i == 0 ? Moment.KILLED_AFTER_ANOTHER_START : Moment.KILLED_LATER;
      default -> moment;
    };
  }
}
