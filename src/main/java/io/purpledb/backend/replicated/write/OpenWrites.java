package io.purpledb.backend.replicated.write;

import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.ratis.rpc.CallId;

/** The numbers of this node's writes that wait for an answer. */
final class OpenWrites {

  /** In the order of the numbers, which rise. */
  private final Set<Long> numbers = new LinkedHashSet<>();

  /** A number for a new write. */
  synchronized long begin() {
    long number = CallId.getAndIncrement();
    numbers.add(number);
    return number;
  }

  synchronized void end(long number) {
    numbers.remove(number);
  }

  /** The lowest number; for who has begun a write and not ended it. */
  synchronized long oldest() {
    return numbers.iterator().next();
  }
}
