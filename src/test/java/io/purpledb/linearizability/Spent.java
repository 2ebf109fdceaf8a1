package io.purpledb.linearizability;

import java.util.ArrayList;
import java.util.List;

/** How many of each kind of calls without a reply an order has; see {@link Spares}. */
final class Spent {

  private final int[] counts;

  private Spent(int[] counts) {
    this.counts = counts;
  }

  static Spent nothing(int kinds) {
    return new Spent(new int[kinds]);
  }

  int of(int kind) {
    return counts[kind];
  }

  Spent oneMore(int kind) {
    int[] more = counts.clone();
    more[kind]++;
    return new Spent(more);
  }

  private boolean isAtMost(Spent other) {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > other.counts[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Ways to the same place of which none spends at least as much of each kind as another: whatever
   * can follow the one that spends more can follow the other, too.
   */
  static final class Cheapest {
    private final List<Spent> ways = new ArrayList<>(1);

    /** Whether it was not known and no known way is as cheap. */
    boolean add(Spent way) {
      if (ways.stream().anyMatch(known -> known.isAtMost(way))) {
        return false;
      }
      ways.removeIf(way::isAtMost);
      return ways.add(way);
    }
  }
}
