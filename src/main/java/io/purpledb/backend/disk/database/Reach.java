package io.purpledb.backend.disk.database;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What of a database a request looks at and changes, so that nobody reads what is not durable yet.
 */
public interface Reach {

  /** What it changes, as far as that is known; all of it when it has run. */
  Collection<?> changed();

  /** Whether it looks at something that was changed and is not durable yet. */
  boolean meets(Set<?> notDurable);

  /** Whether what it reads is of one moment even if something is committed meanwhile. */
  boolean isOfOneMoment();

  /** One key, which is read by one query, or in a way that notices changes. */
  static Reach of(String key) {
    return new OneKey(key);
  }

  /** As {@link #of}. */
  record OneKey(String key) implements Reach {

    @Override
    public Collection<?> changed() {
      return List.of(key);
    }

    @Override
    public boolean meets(Set<?> notDurable) {
      return notDurable.contains(key);
    }

    @Override
    public boolean isOfOneMoment() {
      return true;
    }

    @Override
    public String toString() {
      return key;
    }
  }
}
