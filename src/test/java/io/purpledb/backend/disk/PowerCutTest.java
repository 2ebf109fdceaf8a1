package io.purpledb.backend.disk;

import static io.purpledb.backend.disk.Disk.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.backend.disk.journal.Heads;
import io.purpledb.config.Durability;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power is cut at random moments while all services are written to, just before a force, when
 * any part of what is to be forced may have landed: every acknowledged write is found afterwards.
 */
@Timeout(120)
class PowerCutTest {

  private static final int CALLERS = 8;
  private static final int CUTS = 10;
  private static final long LONG_TTL = 3_600_000;

  private final Path directory;
  private final Random random = new Random(42);
  private final List<Caller> callers = new ArrayList<>();
  private final BlockingQueue<Cut> cuts = new LinkedBlockingQueue<>();
  private int cutting;
  private volatile int most;

  PowerCutTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** What was acknowledged before the power was cut, per caller, and the files left by it. */
  private record Cut(List<Long> acknowledgedBefore, List<Long> acknowledgedAfter, Path found) {}

  /** Writes 1, 2, 3 ... one after the other. */
  private static final class Caller {

    private final BiFunction<Disk, Long, Future<?>> write;
    private final ToLongFunction<Disk> find;
    private volatile long acknowledged;

    Caller(BiFunction<Disk, Long, Future<?>> write, ToLongFunction<Disk> find) {
      this.write = write;
      this.find = find;
    }

    void writeOn(Disk disk) {
      long next = acknowledged + 1;
      write
          .apply(disk, next)
          .onSuccess(
              done -> {
                acknowledged = next;
                writeOn(disk);
              });
    }
  }

  @Test
  void nothingAcknowledgedIsLost() throws Exception {
    cutThePower(Durability.FSYNC, CUTS);
  }

  @Tag("long")
  @Test
  void nothingAcknowledgedIsLostHoweverOften() throws Exception {
    cutThePower(Durability.FSYNC, 4 * CUTS);
  }

  /** What was acknowledged may be lost then; what is left must not be taken for damage. */
  @Tag("long")
  @Test
  void whatWasNotForcedIsNoDamage() throws Exception {
    cutThePower(Durability.PROCESS, CUTS);
  }

  private void cutThePower(Durability durability, int count) throws Exception {
    most = count;
    IntStream.range(0, CALLERS).forEach(this::addCallers);
    try (Disk disk = new Disk(Files.createDirectory(directory.resolve("data")), durability)) {
      disk.log().beforeForce(() -> maybeCut(disk));
      ShadowDisk.of(disk.directory.resolve("entries.mv.db")).beforeForce(() -> maybeCut(disk));
      callers.forEach(caller -> caller.writeOn(disk));
      for (int i = 0; i < count; i++) {
        verify(cuts.take(), durability);
      }
    }
  }

  private void verify(Cut cut, Durability durability) throws IOException {
    try (Disk found = new Disk(cut.found, durability)) {
      for (int i = 0; i < callers.size(); i++) {
        long durable = durability == Durability.FSYNC ? cut.acknowledgedBefore.get(i) : 0;
        assertThat(callers.get(i).find.applyAsLong(found))
            .as("what caller %d finds", i)
            .isBetween(durable, cut.acknowledgedAfter.get(i) + 1);
      }
    }
  }

  private synchronized void maybeCut(Disk disk) {
    if (cutting == most || random.nextInt(20) > 0) {
      return;
    }
    List<Long> before = acknowledged();
    try {
      Path found = Files.createDirectory(directory.resolve("found" + cutting++));
      ShadowDisk.cutPower(disk.directory, found, random);
      Heads.anotherBoot(found.resolve("entries.state"));
      cuts.add(new Cut(before, acknowledged(), found));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Long> acknowledged() {
    return callers.stream().map(caller -> caller.acknowledged).toList();
  }

  private void addCallers(int number) {
    String key = "caller" + number;
    callers.add(
        new Caller(
            (disk, n) -> disk.cache.set(key, Long.toString(n), LONG_TTL),
            disk -> number(await(disk.cache.get(key)))));
    callers.add(
        new Caller(
            (disk, n) -> disk.counter.increment(key, 1), disk -> await(disk.counter.get(key))));
    callers.add(
        new Caller(
            (disk, n) -> disk.flag.set(key + n, true),
            disk ->
                LongStream.iterate(0, n -> n + 1)
                    .filter(n -> !await(disk.flag.get(key + (n + 1))))
                    .findFirst()
                    .orElseThrow()));
    callers.add(
        new Caller(
            (disk, n) -> disk.kv.put(key, value(n)), disk -> number(await(disk.kv.get(key)))));
    callers.add(
        new Caller(
            (disk, n) -> disk.set.add(key, Long.toString(n)),
            disk -> await(disk.set.get(key)).size()));
  }

  /** A number in a value of random size. */
  private static ByteString value(long number) {
    byte[] rest = new byte[(int) (number * 7919 % 5000)];
    return ByteString.copyFromUtf8(number + " ").concat(ByteString.copyFrom(rest));
  }

  private static long number(Object value) {
    if (value == null) {
      return 0;
    }
    String text = value instanceof ByteString bytes ? bytes.toStringUtf8() : value.toString();
    return Long.parseLong(text.split(" ", 2)[0]);
  }
}
