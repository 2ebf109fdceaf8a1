package io.purpledb.engine;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Items;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a commit.
 *
 * @param refusedBy the place of what was not true among the commit's checks, or, counted on, of the
 *     change that could not be made; {@link #DONE} when it is done
 * @param position of its last change, or of the last change of all when it changed nothing
 * @param entries what it read, in its order; null where nothing is
 * @param items of the names that it asked for, in its order
 */
public record Committed(
    int refusedBy, long position, List<@Nullable Entry> entries, List<Items> items) {

  /** Stands for no refusal. */
  public static final int DONE = -1;

  /** Of a commit that asked for no items. */
  public Committed(int refusedBy, long position, List<@Nullable Entry> entries) {
    this(refusedBy, position, entries, List.of());
  }

  public boolean isDone() {
    return refusedBy == DONE;
  }
}
