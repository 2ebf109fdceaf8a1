package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.support.TestConfigs;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The data of a server of the first format, which had neither marks nor checksums: it was closed,
 * written to again, and killed. It is served, whenever its upgrade is cut off.
 */
@Timeout(120)
class FirstFormatTest {

  private static final Instant BEFORE_EXPIRY = Instant.parse("2026-11-27T17:00:00Z");

  private final Path directory;
  private final List<Path> found = new ArrayList<>();

  FirstFormatTest(@TempDir Path directory) throws URISyntaxException {
    this.directory = directory;
    URL files = Objects.requireNonNull(getClass().getResource("/format-1"));
    KvFiles.copy(Path.of(files.toURI()), directory.resolve("data"));
  }

  @AfterEach
  void forget() {
    ShadowDisk.forget(directory.resolve("data"));
  }

  private static Disk open(Path data) {
    return new Disk(data, Durability.FSYNC, 1 << 20, () -> BEFORE_EXPIRY, 1_000);
  }

  private static void assertServed(Disk disk) {
    for (int i = 1; i <= 4; i++) {
      assertThat(await(disk.kv.get("key" + i))).isEqualTo(ByteString.copyFromUtf8("value " + i));
    }
    assertThat(await(disk.counter.get("counter"))).isEqualTo(10);
    assertThat(await(disk.set.get("set"))).containsExactly("item1", "item2", "item3", "item4");
    assertThat(await(disk.flag.get("flag1"))).isFalse();
    assertThat(await(disk.flag.get("flag2"))).isTrue();
    assertThat(await(disk.cache.get("entry1"))).isEqualTo("v1");
  }

  @Test
  void isServedAndWrittenTo() {
    Path data = directory.resolve("data");
    try (Disk disk = open(data)) {
      assertServed(disk);
      await(disk.counter.increment("counter", 1));
      await(disk.counter.increment("counter", -1));
    }
    try (Disk disk = open(data)) {
      assertServed(disk);
    }
    assertThat(DiskCheck.of(data).whole()).isTrue();
  }

  @Tag("long")
  @Test
  void isServedAfterAKillAtAnyForceOfItsUpgrade() {
    Path data = directory.resolve("data");
    ShadowDisk.register();
    List<String> stems = new ArrayList<>(TestConfigs.SERVICES);
    stems.add(DiskEngine.STEM);
    for (String stem : stems) {
      for (String suffix : List.of(".mv.db", ".sums", ".journal", ".redo", ".state")) {
        ShadowDisk.of(data.resolve(stem + suffix)).beforeForce(() -> copy(data));
      }
    }
    try (Disk disk = open(data)) {
      assertServed(disk);
    }
    assertThat(found).hasSizeGreaterThan(20);
    for (Path killed : found) {
      try (Disk disk = open(killed)) {
        assertServed(disk);
      }
    }
  }

  private synchronized void copy(Path data) {
    Path copy = directory.resolve("found" + found.size());
    KvFiles.copy(data, copy);
    found.add(copy);
  }
}
