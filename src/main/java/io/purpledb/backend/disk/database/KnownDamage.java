package io.purpledb.backend.disk.database;

import org.jspecify.annotations.Nullable;

/**
 * What is known to be damaged of a database file, by this opening or by one before it in the same
 * process. Safe for use by many threads.
 */
final class KnownDamage {

  private volatile @Nullable String known;

  /**
   * What is known, null when nothing is.
   *
   * @param found by this opening, null when nothing
   */
  @Nullable String with(@Nullable String found) {
    if (found != null) {
      known = found;
    }
    return known;
  }
}
