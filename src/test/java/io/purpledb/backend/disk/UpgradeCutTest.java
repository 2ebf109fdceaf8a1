package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.journal.Heads;
import io.purpledb.config.Durability;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The data of a server of the version before, closed, written to again, and killed: they are served
 * wherever their upgrade is cut off, and however often.
 */
@Timeout(300)
class UpgradeCutTest {

  private static final int KEYS = 50;

  /** Of so many starts that were killed one is killed once more. */
  private static final int EACH_TWICE = 10;

  private final Path parent;
  private final Path data;
  private final List<Path> found = new ArrayList<>();

  UpgradeCutTest(@TempDir Path parent) throws Exception {
    this.parent = parent;
    data = Files.createDirectory(parent.resolve("data"));
    ShadowDisk.register();
  }

  @AfterEach
  void forget() {
    ShadowDisk.forget(data);
  }

  private void unpack() throws IOException {
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/format-3.zip"));
        ZipInputStream files = new ZipInputStream(in)) {
      for (ZipEntry file = files.getNextEntry(); file != null; file = files.getNextEntry()) {
        Files.copy(files, data.resolve(file.getName()));
      }
    }
  }

  private static void assertServed(Disk disk) {
    for (int i = 0; i < KEYS; i++) {
      int round = i % 3 == 0 ? 1 : 0;
      String value = "value %d of round %d ".formatted(i, round).repeat(1 + i);
      assertThat(await(disk.kv.get("key" + i))).isEqualTo(ByteString.copyFromUtf8(value));
      assertThat(await(disk.counter.get("counter" + i))).isEqualTo(round * 1_000 + i);
    }
    assertThat(await(disk.kv.get("empty"))).isEqualTo(ByteString.EMPTY);
    assertThat(await(disk.kv.get("gone"))).isNull();
    assertText(disk, "large", "abcdefgh".repeat(100_000));
    assertText(disk, "grown", "x".repeat(400_000));
    assertText(disk, "shrunk", "s");
    assertText(disk, "\u0000a/\ud83d\ude00", "awkward");
    assertThat(await(disk.counter.get("\u0000a/\ud83d\ude00"))).isEqualTo(-5);
    assertThat(await(disk.counter.get("least"))).isEqualTo(Long.MIN_VALUE);
    assertThat(await(disk.counter.get("most"))).isEqualTo(Long.MAX_VALUE);
    assertThat(await(disk.flag.get("flag"))).isTrue();
    assertThat(await(disk.set.get("set"))).containsExactly("item");
    assertThat(await(disk.cache.get("entry"))).isEqualTo("v");
  }

  private static void assertText(Disk disk, String key, String text) {
    assertThat(await(disk.kv.get(key))).isEqualTo(ByteString.copyFromUtf8(text));
  }

  @Test
  void isServed() throws Exception {
    unpack();
    for (int start = 0; start < 2; start++) {
      try (Disk disk = Disk.inPieces(data, Durability.FSYNC)) {
        assertServed(disk);
      }
    }
    assertThat(OldData.files(data))
        .containsExactly("cache.state", "counter.state", "flag.state", "kv.state", "set.state");
  }

  /** The files as a kill would leave them; some second starts are killed as well. */
  @Tag("long")
  @Test
  void isServedAfterAKillAtAnyForce() throws Exception {
    unpack();
    copyAtEachForce(data);
    try (Disk disk = Disk.inPieces(data, Durability.FSYNC)) {
      assertServed(disk);
    }
    List<Path> once = List.copyOf(found);
    assertThat(once).hasSizeGreaterThan(30);
    for (int i = 0; i < once.size(); i++) {
      if (i % EACH_TWICE == 0) {
        copyAtEachForce(once.get(i));
      }
      assertServed(once.get(i));
    }
    for (int i = once.size(); i < found.size(); i += EACH_TWICE) {
      assertServed(found.get(i));
    }
  }

  private static void assertServed(Path killed) {
    try (Disk disk = Disk.inPieces(killed, Durability.FSYNC)) {
      assertServed(disk);
    }
    ShadowDisk.forget(killed);
  }

  private void copyAtEachForce(Path directory) {
    for (String suffix : OldData.SUFFIXES) {
      for (String stem : List.of("kv", "counter", "flag", "set", "cache", DiskEngine.STEM)) {
        ShadowDisk.of(directory.resolve(stem + suffix)).beforeForce(() -> copy(directory));
      }
    }
  }

  private synchronized void copy(Path directory) {
    Path copy = parent.resolve("found" + found.size());
    KvFiles.copy(directory, copy);
    found.add(copy);
  }

  /** Nothing is removed before the device has it elsewhere, whatever the durability of writes. */
  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void nothingIsLostByAPowerCut(Durability durability) throws Exception {
    assertNothingIsLost(durability, 1);
  }

  /** Of what the other finds a part. */
  @Test
  void nothingIsLostByAPowerCutNowAndThen() throws Exception {
    assertNothingIsLost(Durability.ASYNC, 12);
  }

  /**
   * @param each one of so many cuts is looked at
   */
  private void assertNothingIsLost(Durability durability, int each) throws Exception {
    OldData old = new OldData(data, 200);
    old.write();
    Random random = new Random(1);
    for (String suffix : OldData.SUFFIXES) {
      for (String stem : List.of("kv", "counter", "flag", "set", "cache", DiskEngine.STEM)) {
        ShadowDisk.of(data.resolve(stem + suffix)).beforeForce(() -> cutPower(random));
      }
    }
    try (Disk disk = Disk.inPieces(data, durability)) {
      cutPower(new Random(2)); // nothing more is forced
      old.assertServed(disk);
    }
    assertThat(found).hasSizeGreaterThan(10);
    for (int i = random.nextInt(each); i < found.size(); i += each) {
      Path cut = found.get(i);
      try (Disk disk = Disk.inPieces(cut, durability)) {
        old.assertServed(disk);
      }
      ShadowDisk.forget(cut);
    }
  }

  private synchronized void cutPower(Random random) {
    try {
      Path cut = Files.createDirectory(parent.resolve("found" + found.size()));
      ShadowDisk.cutPower(data, cut, random);
      for (String stem : List.of("kv", "counter", "flag", "set", "cache", DiskEngine.STEM)) {
        Path mark = cut.resolve(stem + ".state");
        if (Files.exists(mark)) {
          Heads.anotherBoot(mark);
        }
      }
      found.add(cut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
