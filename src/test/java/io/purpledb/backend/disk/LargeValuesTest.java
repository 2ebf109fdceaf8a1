package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.database.LargeValues;
import io.purpledb.config.Durability;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Values of all sizes are found whole, whether they are in their row or in parts. */
@Timeout(120)
class LargeValuesTest {

  private static final int PART = LargeValues.PART_BYTES;
  private static final List<Integer> SIZES =
      List.of(0, 1, PART - 1, PART, PART + 1, 2 * PART, 0, 3 * PART + 7, 1, 2 * PART, PART, 0);
  private static final long LONG_TTL = 3_600_000;

  private final Path directory;

  LargeValuesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static ByteString value(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  @Test
  void eachReplacesTheOneBefore() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (int size : SIZES) {
        await(disk.kv.put("key", value(size)));
        assertThat(await(disk.kv.get("key"))).as("%d bytes", size).isEqualTo(value(size));
        await(disk.cache.set("key", "x".repeat(size), LONG_TTL));
        assertThat(await(disk.cache.get("key"))).isEqualTo("x".repeat(size));
      }
    }
  }

  @Test
  void whatIsDeletedLeavesNoParts() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("key", value(3 * PART)));
      assertThat(await(disk.kv.delete("key"))).isTrue();
      assertThat(await(disk.kv.get("key"))).isNull();
      await(disk.kv.put("key", ByteString.EMPTY));
      assertThat(await(disk.kv.get("key"))).isEqualTo(ByteString.EMPTY);
    }
  }

  @Test
  void aRestartKnowsThatThereAreParts() {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      await(disk.kv.put("key", value(3 * PART)));
      await(disk.kv.put("other", value(2 * PART)));
    }
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      assertThat(await(disk.kv.get("key"))).isEqualTo(value(3 * PART));
      await(disk.kv.put("key", ByteString.EMPTY));
      assertThat(await(disk.kv.get("key"))).isEqualTo(ByteString.EMPTY);
      assertThat(await(disk.kv.get("other"))).isEqualTo(value(2 * PART));
    }
  }

  /**
   * The parts of the largest are committed before the rest: wherever the power is cut, and whatever
   * H2 does meanwhile, a start finds each value whole.
   */
  @Test
  void aPowerCutLeavesNoneByHalf() throws Exception {
    Random random = new Random(1);
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      for (int cut = 0; cut < 8; cut++) {
        Path found = Files.createDirectory(directory.resolve("found" + cut));
        List<Future<Void>> puts = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
          puts.add(disk.kv.put("key" + i % 3, value(i % 50 == 0 ? 12 * PART + cut : i)));
        }
        await(puts.get(random.nextInt(puts.size())));
        ShadowDisk.cutPower(directory, found, random);
        Disk.awaitSuccess(puts);
        try (Disk afterwards = new Disk(found, Durability.FSYNC)) {
          for (int key = 0; key < 3; key++) {
            ByteString value = await(afterwards.kv.get("key" + key));
            assertThat(value).isEqualTo(value(value.size()));
          }
        }
        ShadowDisk.forget(found);
      }
    }
  }

  /** The row and the parts are read as they were at one moment. */
  @Test
  void aReadNeverMixesTwoValues() {
    try (Disk disk = new Disk(directory, Durability.PROCESS)) {
      List<Integer> sizes = List.of(0, 10, 2 * PART, 0, 3 * PART);
      List<ByteString> values = sizes.stream().map(LargeValuesTest::value).toList();
      await(disk.kv.put("key", values.get(0)));
      List<Future<ByteString>> reads = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Future<Void> put = disk.kv.put("key", values.get(i % values.size()));
        for (int j = 0; j < 5; j++) {
          reads.add(disk.kv.get("key"));
        }
        await(put);
      }
      for (Future<ByteString> read : reads) {
        assertThat(values.contains(await(read))).isTrue();
      }
    }
  }
}
