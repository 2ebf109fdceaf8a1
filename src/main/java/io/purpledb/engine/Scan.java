package io.purpledb.engine;

import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the entries of a range, page by page. An entry that is there from the first page to the
 * last is on one of them, once; what changes meanwhile may be on one or not.
 *
 * @param after behind which key the page begins, as the page before said; null for the first
 * @param limit how many entries a page has at most, 1 to {@link #MAX_LIMIT}; it has fewer where
 *     their values are large
 * @param reverse from the last to the first
 */
public record Scan(Range range, @Nullable Key after, int limit, boolean reverse) {

  public static final int MAX_LIMIT = 1_000;

  public Scan {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException(
          "limit: %d (expected: 1 to %d)".formatted(limit, MAX_LIMIT));
    }
  }

  /** The first page, in order. */
  public static Scan of(Range range, int limit) {
    return new Scan(range, null, limit, false);
  }

  /** The same for the page after another. */
  public Scan after(Key next) {
    return new Scan(range, next, limit, reverse);
  }
}
