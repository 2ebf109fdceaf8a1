package io.purpledb.backend.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.config.Durability;
import io.purpledb.message.Call;
import io.purpledb.message.Failure.Kind;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What waits in a queue until nobody waits for its answer is not done. */
@Timeout(60)
final class DeadlineTest {

  private static final String KEY = "k";

  @Test
  void isTakenOut(@TempDir Path directory) {
    try (Disk disk = new Disk(directory, Durability.FSYNC)) {
      Call over = Call.within(0);
      List<Future<?>> late =
          List.of(
              disk.cache.within(over).set(KEY, "v", 60_000),
              disk.counter.within(over).increment(KEY, 1),
              disk.flag.within(over).set(KEY, true),
              disk.kv.within(over).put(KEY, ByteString.copyFromUtf8("v")),
              disk.set.within(over).add(KEY, "i"),
              disk.kv.within(over).get(KEY),
              disk.kv.within(over).delete(KEY));

      assertThat(late).extracting(Disk::kindThrownBy).containsOnly(Kind.TIMED_OUT);

      assertThat(Disk.await(disk.cache.get(KEY))).isNull();
      assertThat(Disk.await(disk.counter.get(KEY))).isZero();
      assertThat(Disk.await(disk.flag.get(KEY))).isFalse();
      assertThat(Disk.await(disk.kv.get(KEY))).isNull();
      assertThat(Disk.await(disk.set.get(KEY)).size()).isZero();
    }
  }
}
