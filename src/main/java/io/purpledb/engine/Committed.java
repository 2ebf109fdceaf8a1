package io.purpledb.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a commit.
 *
 * @param refusedBy the place of what was not true among the commit's checks, or, counted on, of the
 *     change that could not be made; {@link #DONE} when it is done
 * @param position of its last change, or of the last change of all when it changed nothing
 * @param entries what it read, in its order; null where nothing is
 */
public record Committed(int refusedBy, long position, List<@Nullable Entry> entries) {

  /** Stands for no refusal. */
  public static final int DONE = -1;

  public boolean isDone() {
    return refusedBy == DONE;
  }
}
