package io.purpledb.engine;

import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import org.jspecify.annotations.Nullable;

/**
 * A change, as one who watches is told.
 *
 * @param position its place among all changes; of {@link Kind#GAP} that of the last that was missed
 * @param key what changed; of a gap the first key that is watched
 * @param entry what is there since; null where nothing is
 */
public record Event(long position, Kind kind, Key key, @Nullable Entry entry) {

  /** What has happened. */
  public enum Kind {
    /** An entry is there, or another one. */
    PUT,
    /** Somebody deleted it. */
    DELETED,
    /** Its time was over. */
    EXPIRED,
    /** It was freed for want of room. */
    EVICTED,
    /** Changes up to this position are not known any more: read anew what matters. */
    GAP
  }
}
