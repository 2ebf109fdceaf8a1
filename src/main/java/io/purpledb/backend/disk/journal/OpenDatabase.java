package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.DiskFullException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What there is to know of a database file that H2 has open through {@link JournaledPath}. */
public interface OpenDatabase {

  /**
   * From now on the file may change. What of the journal was read is brought into the file first,
   * so that nothing depends on it any more.
   */
  void accept() throws IOException;

  /** What the file itself has at least, in bytes; less than its size for H2. */
  long leastBytes();

  /** What its journal has at least, in bytes. */
  long journalBytes();

  /** What of the file was found damaged while it was read; null while nothing was. */
  @Nullable String damage();

  /**
   * Whether what H2 forced last is in memory alone, as there was no room for it. A later force
   * tries again.
   */
  boolean owed();

  /** Why the file, or what is owed, has no room on the disk; null while there is room. */
  @Nullable DiskFullException full();

  /**
   * Lets nothing be forced, or again what is written. H2 forces also when it cuts its file, in the
   * middle of changes that only together may be durable; it need not, as blocks that are not forced
   * take the place of none that are.
   */
  void hold(boolean now);
}
