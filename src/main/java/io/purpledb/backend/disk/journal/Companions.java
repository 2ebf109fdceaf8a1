package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.Mark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.h2.store.fs.FilePath;

/** The files beside a database file, and the {@link Mark} that tells how they must be. */
final class Companions {

  /** What will be needed when H2 opens a file, by the file's name. */
  private static final Map<String, Expected> EXPECTED = new ConcurrentHashMap<>();

  /** What is known before. */
  private record Expected(Mark mark, long journalBytes, LongSupplier usableBytes) {}

  private final String name;
  private final String stem;

  /**
   * @param name of the database file, without links and dots
   * @param stem the path of all files without their suffixes
   */
  Companions(String name, String stem) {
    this.name = name;
    this.stem = stem;
  }

  /**
   * Tells with which mark a file will be opened.
   *
   * @param journalBytes how long its journal may become
   * @param usableBytes the room that is left on its file system
   */
  static void expect(String name, Mark mark, long journalBytes, LongSupplier usableBytes) {
    EXPECTED.put(name, new Expected(mark, journalBytes, usableBytes));
  }

  long journalBytes() throws IOException {
    return expected().journalBytes;
  }

  Mark mark() throws IOException {
    return expected().mark;
  }

  LongSupplier usableBytes() throws IOException {
    return expected().usableBytes;
  }

  private Expected expected() throws IOException {
    Expected expected = EXPECTED.get(name);
    if (expected == null) {
      throw new IOException(name + " was not announced");
    }
    return expected;
  }

  FileChannel openJournal() throws IOException {
    return FilePath.get(stem + ".journal").open("rw");
  }

  FileChannel openSums() throws IOException {
    return FilePath.get(stem + ".sums").open("rw");
  }
}
