package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure;
import java.util.concurrent.TimeUnit;

/** Writes of all services, such that the loss of any shows. */
final class Data {

  private static final int LARGE = 5;
  private static final int PATIENCE_SECONDS = 12;

  private final String prefix;
  private int size;

  /**
   * @param prefix what all values begin with; nothing, for those that are right
   */
  Data(String prefix) {
    this.prefix = prefix;
  }

  void fill(Ask node, int more) throws Exception {
    for (int end = size + more; size < end; size++) {
      node.put("k" + size, prefix + value(size));
      node.put("last", prefix + size);
      node.increment("c", size);
      node.setFlag("f" + size, prefix.isEmpty());
      node.add("s", prefix + "item " + size);
      node.cache("e" + size, prefix + "text " + size, 36_000);
    }
  }

  /** Some values take several blocks of a disk. */
  private static String value(int i) {
    return i % LARGE == 0 ? ("v" + i).repeat(3_000) : "v" + i;
  }

  /** A leader that has just been chosen may need a moment. */
  static void assertRight(Ask node, int size, String what) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!answers(node)) {
      assertThat(System.nanoTime()).as("stuck with " + what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    for (int i = 0; i < size; i++) {
      assertThat(node.get("k" + i)).as(what).isEqualTo(value(i));
      assertThat(node.flag("f" + i)).as(what).isTrue();
      assertThat(node.cached("e" + i)).as(what).isEqualTo("text " + i);
    }
    assertThat(node.get("last")).as(what).isEqualTo("" + (size - 1));
    assertThat(node.count("c")).as(what).isEqualTo(size * (size - 1L) / 2);
    assertThat(node.items("s")).as(what).hasSize(size);
  }

  private static boolean answers(Ask node) throws Exception {
    try {
      node.get("last");
      return true;
    } catch (Failure notYet) {
      return false;
    }
  }
}
