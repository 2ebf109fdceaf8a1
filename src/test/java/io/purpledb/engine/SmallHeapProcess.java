package io.purpledb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;

/** A process with a small heap that has far more in its engine. */
final class SmallHeapProcess {

  private static final int MIB = 1 << 20;
  private static final Range ALL = Range.of("n", "kv");

  private SmallHeapProcess() {}

  /**
   * Runs it; ends with 0 when all is as it must be.
   *
   * @param args the class of the {@link EngineOpener}, and the directory
   */
  public static void main(String[] args) throws Exception {
    EngineOpener opener =
        Class.forName(args[0])
            .asSubclass(EngineOpener.class)
            .getDeclaredConstructor()
            .newInstance();
    Vertx vertx = Vertx.vertx();
    Engine engine = opener.open(vertx, InstantSource.system(), Path.of(args[1]));
    int largest = (int) (Runtime.getRuntime().maxMemory() / 6);
    for (int i = 0; i < 10; i++) {
      put(engine, "largest" + i % 2, largest, i);
      assertThat(number(engine, "largest" + i % 2)).isEqualTo(i);
    }
    int many = (int) (2 * Runtime.getRuntime().maxMemory() / MIB);
    for (int i = 0; i < many; i++) {
      put(engine, "many%03d".formatted(i), MIB, i);
    }
    assertThat(count(engine)).isEqualTo(many + 2);
    List<Key> keys =
        IntStream.range(0, many)
            .mapToObj("many%03d"::formatted)
            .map(SmallHeapProcess::key)
            .toList();
    try {
      EngineKit.await(engine.read(Call.NOTHING, keys));
      throw new AssertionError("all of it was read at once");
    } catch (Failure failure) {
      assertThat(failure.kind()).isEqualTo(Failure.Kind.ANSWER_TOO_LARGE);
    }
    int claimed = 0;
    Claim claim = new Claim(Range.items("n", "kv", "many000"), 10, "claimed", "");
    claimed += EngineKit.await(engine.claim(Call.NOTHING, claim)).size();
    assertThat(claimed).isEqualTo(1);
    EngineKit.await(engine.commit(Call.NOTHING, Commit.of(new Change.DeleteRange(ALL))));
    assertThat(count(engine)).isZero();
    EngineKit.await(engine.close());
    EngineKit.await(vertx.close());
  }

  private static Key key(String name) {
    return Key.of("n", "kv", name);
  }

  private static void put(Engine engine, String name, int bytes, long number) throws Exception {
    ByteBuffer content = ByteBuffer.allocate(bytes).putLong(0, number);
    Value value = new Value.OfBytes(UnsafeByteOperations.unsafeWrap(content));
    Change put = new Change.Put(key(name), value, Description.NONE, Change.FOREVER);
    EngineKit.await(engine.commit(Call.NOTHING, Commit.of(put)));
  }

  private static long number(Engine engine, String name) throws Exception {
    Entry entry = EngineKit.await(engine.read(Call.NOTHING, List.of(key(name)))).get(0);
    ByteString bytes = ((Value.OfBytes) entry.value()).content();
    return bytes.substring(0, Long.BYTES).asReadOnlyByteBuffer().getLong();
  }

  private static int count(Engine engine) throws Exception {
    int count = 0;
    Scan scan = Scan.of(ALL, Scan.MAX_LIMIT);
    Page page = EngineKit.await(engine.scan(Call.NOTHING, scan));
    count += page.entries().size();
    while (page.next() != null) {
      page = EngineKit.await(engine.scan(Call.NOTHING, scan.after(page.next())));
      count += page.entries().size();
    }
    return count;
  }
}
