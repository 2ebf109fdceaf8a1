package io.purpledb.backend.disk.queue;

import java.util.Collection;
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
}
