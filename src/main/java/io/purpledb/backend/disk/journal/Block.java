package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.DamagedFileException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A block that the database file has not: where the journal has it, its content, or both. As long
 * as a map has it, its place is not used for anything else.
 */
final class Block {

  private final byte @Nullable [] content;
  private final long position;
  private final int sum;

  private Block(byte @Nullable [] content, long position, int sum) {
    this.content = content;
    this.position = position;
    this.sum = sum;
  }

  static Block inMemory(byte[] content) {
    return new Block(content, 0, Checksums.sum(content, 0));
  }

  /**
   * @param position in the journal's file
   * @param isKept whether the content stays in memory as well, to be read faster
   */
  static Block inJournal(byte[] content, long position, boolean isKept) {
    return new Block(isKept ? content : null, position, Checksums.sum(content, 0));
  }

  /** Whether the journal has it. */
  boolean isWritten() {
    return position > 0;
  }

  long position() {
    return position;
  }

  /** What {@link Checksums} tell of it. */
  int sum() {
    return sum;
  }

  /**
   * Its content, not to be changed.
   *
   * @throws DamagedFileException when the journal has something else there
   */
  byte[] read(Journal journal) throws IOException {
    if (content != null) {
      return content;
    }
    byte[] found = journal.block(position);
    if (Checksums.sum(found, 0) != sum) {
      throw journal.damaged(position);
    }
    return found;
  }
}
