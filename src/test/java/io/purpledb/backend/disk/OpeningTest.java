package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.DatabaseConnections;
import io.purpledb.backend.disk.database.DiskFile;
import io.purpledb.backend.disk.entries.EntryStore;
import io.purpledb.config.Durability;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start says when the data directory is not as it must be, and that it changes nothing. */
@Timeout(120)
class OpeningTest {

  private static final ByteString VALUE = ByteString.copyFromUtf8("value");
  private static final int BLOCK = 4096;

  /** The format of files when there were five services; each that came since has raised it. */
  private static final int FORMAT_OF_FIVE = 8;

  private final Path parent;
  private final Path directory;
  private final Path file;

  OpeningTest(@TempDir Path parent) {
    this.parent = parent;
    directory = parent.resolve("new/data");
    file = directory.resolve("entries.mv.db");
  }

  private StartFailure refusal() throws IOException {
    StartFailure failure = catchThrowableOfType(StartFailure.class, this::openAndClose);
    assertThat(failure).as("the refusal").isNotNull();
    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(failure.line()).startsWith("data-dir: ").doesNotContain("\n");
    return failure;
  }

  private void openAndClose() {
    new Disk(directory, Durability.FSYNC).close();
  }

  private void createDatabases() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (int i = 0; i < 200; i++) {
        disk.kv.put("key" + i, ByteString.copyFrom(new byte[1_000 + i]));
      }
      await(disk.kv.put("key", VALUE));
    }
  }

  /** All files with what is in them. */
  private Map<Path, ByteBuffer> files() throws IOException {
    Map<Path, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        files.put(path, ByteBuffer.wrap(Files.readAllBytes(path)));
      }
    }
    return files;
  }

  @Test
  void theDirectoryIsCreated() {
    createDatabases();
    assertThat(file).isRegularFile();
  }

  @Test
  void aDirectoryBelowAFileIsRefused() throws Exception {
    Path plain = Files.writeString(parent.resolve("new"), "a file");
    assertThat(refusal().line())
        .contains(directory.toString(), "cannot be created: ", "expected: a directory")
        .doesNotContain("Exception");
    assertThat(plain).hasContent("a file");
  }

  @Test
  void aFileInPlaceOfTheDirectoryIsRefused() throws Exception {
    Files.createDirectory(parent.resolve("new"));
    Files.writeString(directory, "a file");
    assertThat(refusal().line()).contains(directory.toString(), "expected: a directory");
  }

  @Test
  void anotherProcessIsNamedAsTheUser() throws Exception {
    createDatabases();
    Process other = holdOpenElsewhere();
    try {
      assertThat(refusal().line()).contains(".mv.db is in use", "one server per directory");
    } finally {
      other.getOutputStream().close();
      other.waitFor();
    }
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertThat(await(disk.kv.get("key"))).isEqualTo(VALUE);
    }
  }

  private Process holdOpenElsewhere() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldOpen.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.getInputStream().read()).isEqualTo('o');
    return process;
  }

  /** Opens a directory, says so, and holds it until its input ends. */
  static final class HoldOpen {

    private HoldOpen() {}

    public static void main(String[] args) throws IOException {
      try (Disk disk = new Disk(Path.of(args[0]), Durability.FSYNC)) {
        System.out.print('o');
        System.out.flush();
        System.in.read();
        assertThat(disk.directory).exists();
      }
    }
  }

  @Test
  void thisProcessIsAUserLikeAnyOther() throws Exception {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertThat(refusal().line()).contains(".mv.db is in use");
      for (int i = 0; i < 100; i++) { // with checkpoints
        await(disk.kv.put("key", ByteString.copyFrom(new byte[1_000])));
      }
      await(disk.kv.put("key", VALUE));
    }
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertThat(await(disk.kv.get("key"))).isEqualTo(VALUE);
    }
  }

  enum Damage {
    HEADERS {
      @Override
      void happenTo(FileChannel file) throws IOException {
        overwrite(file, 0, 2 * BLOCK);
      }
    },
    ALL {
      @Override
      void happenTo(FileChannel file) throws IOException {
        overwrite(file, 0, (int) file.size());
      }
    },
    ALL_BUT_HEADERS {
      @Override
      void happenTo(FileChannel file) throws IOException {
        overwrite(file, 2 * BLOCK, (int) file.size() - 2 * BLOCK);
      }
    },
    LATTER_HALF_LOST {
      @Override
      void happenTo(FileChannel file) throws IOException {
        file.truncate(file.size() / 2 / BLOCK * BLOCK);
      }
    };

    abstract void happenTo(FileChannel file) throws IOException;

    private static void overwrite(FileChannel file, long position, int bytes) throws IOException {
      byte[] noise = new byte[bytes];
      new Random(1).nextBytes(noise);
      file.write(ByteBuffer.wrap(noise), position);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedFileIsRefusedAndNotTouched(Damage damage) throws Exception {
    createDatabases();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      damage.happenTo(channel);
    }
    Map<Path, ByteBuffer> before = files();
    assertThat(refusal().line()).contains(file.toString(), "is damaged", "restore", "move them");
    assertThat(files().get(file)).isEqualTo(before.get(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000})
  void aNewerFormatIsRefusedAndNotTouched(int newerBy) throws Exception {
    int latest = FORMAT_OF_FIVE + DiskBackends.IN_ENTRIES.size() - 5;
    int format = latest + newerBy;
    createDatabases();
    DatabaseConnections newer =
        new DiskFile(directory, DiskEngine.STEM, Durability.FSYNC)
            .open(EntryStore.schema(DiskBackends.IN_ENTRIES));
    newer.unlogged().run("UPDATE META SET FORMAT = " + format);
    newer.close();
    Map<Path, ByteBuffer> before = files();
    assertThat(refusal().line())
        .contains(file.toString(), "has format " + format, "expected: at most " + latest);
    assertThat(files().get(file)).isEqualTo(before.get(file));
  }

  /** What came when there were five services keeps its place, and a sixth is behind it. */
  @Test
  void aFormatKeepsItsPlaceWhenAServiceIsAdded() {
    List<List<String>> five = EntryStore.schema(DiskBackends.IN_ENTRIES).upgrades();
    List<String> six = new ArrayList<>(DiskBackends.IN_ENTRIES);
    six.add("sixth");

    assertThat(DiskBackends.IN_ENTRIES).hasSizeGreaterThanOrEqualTo(5);
    List<List<String>> upgrades = EntryStore.schema(six).upgrades();
    assertThat(upgrades).hasSize(five.size() + 1);
    assertThat(upgrades.subList(0, five.size())).isEqualTo(five);
  }
}
