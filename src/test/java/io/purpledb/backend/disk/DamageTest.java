package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static io.purpledb.backend.disk.Disk.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.purpledb.config.StartFailure;
import io.purpledb.message.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that are not as they were left: a start refuses them, or what cannot be told is an error;
 * never is anything acknowledged absent or wrong.
 */
@Timeout(1_200)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamageTest {

  /** How many bits are flipped in each file, one by one. */
  private static final int FLIPS = Integer.getInteger("purple.rounds", 8);

  /** Most of a file's head, and of what a small file has in use, is in its first bytes. */
  private static final int FRONT_BYTES = 64 << 10;

  private final Path directory;
  private Path closed;
  private Path killed;
  private int copies;

  DamageTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** How the files were left. */
  enum Left {
    CLOSED,
    KILLED
  }

  enum Loss {
    MISSING {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.delete(file);
      }
    },
    EMPTY {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    ZEROED {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.write(file, new byte[(int) Files.size(file)]);
      }
    },
    FOREIGN {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
      }
    };

    abstract void happenTo(Path file, Path other) throws IOException;
  }

  @BeforeAll
  void fill() {
    closed = directory.resolve("closed");
    killed = directory.resolve("killed");
    Path running = directory.resolve("running");
    try (KvFiles files = new KvFiles(closed)) {
      files.fill();
    }
    KvFiles.copy(closed, running);
    try (KvFiles files = new KvFiles(running)) {
      files.fill(); // a part is in each of the files now
      KvFiles.copy(running, killed);
    }
  }

  private Path copy(Left left) {
    Path copy = directory.resolve("copy" + copies++);
    KvFiles.copy(left == Left.CLOSED ? closed : killed, copy);
    return copy;
  }

  private static StartFailure refusal(Path data) {
    return catchThrowableOfType(StartFailure.class, () -> new KvFiles(data).close());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotDamagedIsWhole(Left left) {
    try (KvFiles files = new KvFiles(copy(left))) {
      assertThat(files.wrong()).isEmpty();
      assertThat(await(files.kv.get("last"))).isNotNull();
    }
  }

  static Stream<Arguments> files() {
    return Stream.of(Left.values())
        .flatMap(left -> KvFiles.NAMES.stream().map(name -> Arguments.of(left, name)));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aFlippedBitIsNeverAWrongAnswer(Left left, String name) throws Exception {
    Random random = new Random(name.hashCode());
    for (int i = 0; i < FLIPS; i++) {
      Path data = copy(left);
      long offset = flip(data.resolve(name), random, i % 2 == 0);
      try (KvFiles files = new KvFiles(data)) {
        assertThat(files.wrong()).as("with byte %d of %s flipped", offset, name).isEmpty();
      } catch (StartFailure refused) {
        assertThat(refused.line())
            .contains("entries.mv.db is damaged", "restore", "move them away");
      }
    }
  }

  /** Flips a bit somewhere; answers where. */
  private static long flip(Path file, Random random, boolean front) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long bytes = front ? Math.min(FRONT_BYTES, channel.size()) : channel.size();
      long offset = random.nextLong(bytes);
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8))));
      channel.write(one.rewind(), offset);
      return offset;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsLostIsRefusedByItsName(Loss loss) throws Exception {
    Path foreign = directory.resolve("foreign" + loss);
    try (KvFiles files = new KvFiles(foreign)) {
      files.fill();
    }
    for (String name : KvFiles.NAMES) {
      Path data = copy(Left.KILLED);
      loss.happenTo(data.resolve(name), foreign.resolve(name));
      StartFailure refusal = refusal(data);
      assertThat(refusal).as("%s is %s", name, loss).isNotNull();
      assertThat(refusal.line()).contains("entries.mv.db is damaged");
      if (loss != Loss.FOREIGN) { // else it cannot be told which of the files are the right ones
        assertThat(refusal.line()).contains(name);
      }
    }
  }

  /** Neither the other keys nor the next checkpoints suffer. */
  @Test
  void aDamagedValueIsAnErrorOfItsRequestsAlone() throws Exception {
    Path data = copy(Left.CLOSED);
    String middle = "the middle of a value";
    ByteString rest = ByteString.copyFrom(new byte[20_000]);
    try (KvFiles files = new KvFiles(data)) {
      await(files.kv.put("hit", rest.concat(ByteString.copyFromUtf8(middle)).concat(rest)));
      for (int i = 0; i < 20; i++) { // the last row is read by an opening
        await(files.kv.put("after" + i, ByteString.copyFrom(new byte[5_000])));
      }
    }
    overwriteAll(data.resolve("entries.mv.db"), middle);
    try (KvFiles files = new KvFiles(data)) {
      for (int i = 0; i < 3; i++) {
        assertThat(thrownBy(files.kv.get("hit")))
            .isInstanceOf(Failure.class)
            .hasMessageContainingAll("entries.mv.db: the 4096 bytes from", "not what was written");
      }
      files.fill(); // with several checkpoints
      assertThat(files.wrong()).isEmpty();
      assertThat(files.kv.health().succeeded()).isTrue();
      assertThat(files.notices())
          .singleElement(InstanceOfAssertFactories.STRING)
          .contains("entries.mv.db: the 4096 bytes from", "reads failed by damage");
    }
  }

  private static void overwriteAll(Path file, String text) throws IOException {
    String all = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(all).contains(text);
    for (int at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) {
      overwrite(file, at);
    }
  }

  /** The middle of the log, where more follows, and its end, where nothing does. */
  @Test
  void eachRecordOfTheLogIsMissed() throws Exception {
    long bytes;
    try (FileChannel log = FileChannel.open(killed.resolve("entries.redo"))) {
      bytes = log.size();
    }
    int refused = 0;
    for (long offset = 8192 + 40; offset < bytes; offset += bytes / 20) {
      Path data = copy(Left.KILLED);
      overwrite(data.resolve("entries.redo"), offset);
      StartFailure refusal = refusal(data);
      if (refusal != null) {
        assertThat(refusal.line()).contains("entries.redo: ", " at byte ");
        refused++;
      }
    }
    assertThat(refused).isPositive(); // the rest of the file is from before the last checkpoint
  }

  @Test
  void theLastRecordOfTheLogIsMissed() throws Exception {
    Path data = copy(Left.KILLED);
    long last;
    try (KvFiles files = new KvFiles(data)) {
      await(files.kv.put("a", ByteString.copyFromUtf8("1")));
      KvFiles.copy(data, directory.resolve("one"));
      last = lastRecord(directory.resolve("one/entries.redo"));
    }
    overwrite(directory.resolve("one/entries.redo"), last + 40);
    assertThat(refusal(directory.resolve("one")).line())
        .contains("entries.redo: it ends with record", "which was acknowledged");
  }

  private static long lastRecord(Path log) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
    return bytes.getLong(8192) == 0x507572706c655232L ? 8192 : -1;
  }

  private static void overwrite(Path file, long offset) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), offset);
    }
  }

  @Test
  void anOlderLogOfTheSameDatabaseIsRefused() throws Exception {
    Path data = copy(Left.CLOSED);
    Path log = data.resolve("entries.redo");
    Path older = directory.resolve("older.redo");
    Path found = directory.resolve("with an older log");
    try (KvFiles files = new KvFiles(data)) {
      Files.copy(log, older);
      await(files.kv.put("last", ByteString.copyFromUtf8("newer")));
      KvFiles.copy(data, found);
    }
    Files.copy(older, found.resolve("entries.redo"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(refusal(found).line()).contains("entries.redo: it ends with record");
  }

  enum Removal {
    DIRECTORY_MOVED {
      @Override
      void happenTo(Path data) throws IOException {
        Files.move(data, data.resolveSibling("moved"));
      }

      @Override
      void undo(Path data) throws IOException {
        Files.move(data.resolveSibling("moved"), data);
      }
    },
    FILE_MOVED {
      @Override
      void happenTo(Path data) throws IOException {
        Files.move(data.resolve("entries.redo"), data.resolve("moved"));
      }

      @Override
      void undo(Path data) throws IOException {
        Files.move(data.resolve("moved"), data.resolve("entries.redo"));
      }
    },
    FILE_REPLACED {
      @Override
      void happenTo(Path data) throws IOException {
        Files.move(data.resolve("entries.redo"), data.resolve("moved"));
        Files.copy(data.resolve("moved"), data.resolve("entries.redo"));
        Files.delete(data.resolve("entries.state"));
      }

      @Override
      void undo(Path data) {}
    },
    FILE_CUT {
      @Override
      void happenTo(Path data) throws IOException {
        cut(data.resolve("entries.mv.db"), 8192);
      }

      @Override
      void undo(Path data) {}
    },
    LOG_CUT {
      @Override
      void happenTo(Path data) throws IOException {
        cut(data.resolve("entries.redo"), 4096);
      }

      @Override
      void undo(Path data) {}
    },
    JOURNAL_CUT {
      @Override
      void happenTo(Path data) throws IOException {
        cut(data.resolve("entries.journal"), 4096);
      }

      @Override
      void undo(Path data) {}
    };

    private static void cut(Path path, long bytes) throws IOException {
      try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
        file.truncate(bytes);
      }
    }

    abstract void happenTo(Path data) throws IOException;

    abstract void undo(Path data) throws IOException;
  }

  /** The first start makes these before the one that says what they are. */
  @Test
  void aFirstStartThatWasKilledIsNoDamage() throws Exception {
    Path data = Files.createDirectory(directory.resolve("killed at the first start"));
    for (String suffix : List.of(".mv.db", ".redo", ".journal", ".sums")) {
      Files.createFile(data.resolve("entries" + suffix));
    }
    try (KvFiles files = new KvFiles(data)) {
      await(files.kv.put("key", ByteString.EMPTY));
      assertThat(await(files.kv.get("key"))).isEqualTo(ByteString.EMPTY);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsRemovedUnderTheServerIsNoticed(Removal removal) throws Exception {
    Path data = copy(Left.CLOSED);
    boolean comesBack = removal == Removal.DIRECTORY_MOVED || removal == Removal.FILE_MOVED;
    try (KvFiles files = new KvFiles(data)) {
      removal.happenTo(data);
      Failure failure = (Failure) thrownBy(files.kv.put("key", ByteString.EMPTY));
      assertThat(failure.kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
      assertThat(files.kv.health().failed()).isTrue();
      removal.undo(data);
      while (comesBack && files.kv.health().failed()) {
        Thread.onSpinWait();
      }
      assertThat(files.wrong()).isEmpty();
      if (removal == Removal.DIRECTORY_MOVED) {
        assertThat(List.of(data)).allMatch(Files::isDirectory);
      }
    }
  }

  @Test
  void aDirectoryThatIsRemovedIsNotMadeAgain() throws Exception {
    Path data = copy(Left.CLOSED);
    try (KvFiles files = new KvFiles(data)) {
      Files.move(data, data.resolveSibling("away"));
      thrownBy(files.kv.put("key", ByteString.EMPTY));
      Failure refused = (Failure) thrownBy(files.kv.put("key", ByteString.EMPTY));
      assertThat(refused.kind()).isEqualTo(Failure.Kind.UNAVAILABLE);
      assertThat(data).doesNotExist();
    }
    assertThat(data).doesNotExist();
  }
}
