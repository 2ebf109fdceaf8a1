package io.purpledb.backend.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.disk.journal.DamagedFileException;
import io.purpledb.backend.disk.journal.RecordFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The write-ahead log of a database: the changes since its last checkpoint, in a record for each
 * time that they were made safe. A write costs its own bytes here, however large the database is;
 * the pages of H2 that it changes are written at a checkpoint, once for many writes.
 *
 * <p>The database has the number of the last record that a checkpoint brought into it, so that none
 * is run twice or missed.
 */
final class RedoLog implements Closeable {

  private final RecordFile records;
  private final boolean forcing;
  private final List<Change> waiting = new ArrayList<>();

  /**
   * @param forcing whether what is safe is on the device, or only with the operating system
   */
  RedoLog(FileChannel file, boolean forcing) {
    records = new RecordFile(file);
    this.forcing = forcing;
  }

  /** Runs a change again. */
  @FunctionalInterface
  interface Redo {

    void run(Change change) throws SQLException;
  }

  /**
   * Finds the changes that a database lacks, in their order; before anything is added.
   *
   * @param checkpoint the number of the last record that the database has
   * @throws DamagedFileException when the database lacks earlier records, too
   */
  void replay(long checkpoint, Redo redo) throws IOException, SQLException {
    long expected = checkpoint + 1;
    for (ByteBuffer record = records.next(); record != null; record = records.next()) {
      long number = records.lastNumber();
      if (number > expected) {
        throw new DamagedFileException(
            "it has the changes to record %d of its log, which begins with %d (expected: at most %d)"
                .formatted(checkpoint, number, expected));
      }
      if (number == expected) {
        expected++;
        replay(record, redo);
      }
    }
    records.continueAfter(checkpoint);
  }

  /** Takes what was committed; {@link #makeSafe} writes it. */
  void add(List<Change> committed) {
    waiting.addAll(committed);
  }

  /** Makes all that was added as safe as it is to be. */
  void makeSafe() throws IOException {
    if (waiting.isEmpty()) {
      return;
    }
    append();
    if (forcing) {
      records.force();
    }
    waiting.clear();
  }

  /** The bytes of all records. */
  long bytes() {
    return records.bytes();
  }

  /** The number of the last record. */
  long lastNumber() {
    return records.lastNumber();
  }

  /** Forgets all records; only when the device has them in the database. */
  void restart(long keepBytes) throws IOException {
    records.restart(keepBytes);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }

  /** Writes a record: the texts of the statements, each once, and the changes. */
  private void append() throws IOException {
    List<String> statements = waiting.stream().map(Change::sql).distinct().toList(); // a few
    List<byte[]> texts = statements.stream().map(sql -> sql.getBytes(UTF_8)).toList();
    long bytes = 2 * Integer.BYTES;
    for (byte[] text : texts) {
      bytes += Integer.BYTES + text.length;
    }
    for (Change change : waiting) {
      bytes += change.bytes();
    }
    records.append(
        bytes,
        out -> {
          out.putInt(texts.size());
          for (byte[] text : texts) {
            out.putInt(text.length);
            out.put(text);
          }
          out.putInt(waiting.size());
          for (Change change : waiting) {
            change.writeTo(out, statements.indexOf(change.sql()));
          }
        });
  }

  private static void replay(ByteBuffer record, Redo redo) throws IOException, SQLException {
    List<String> statements = new ArrayList<>();
    for (int left = record.getInt(); left > 0; left--) {
      statements.add(new String(Change.bytes(record), UTF_8));
    }
    for (int left = record.getInt(); left > 0; left--) {
      redo.run(Change.read(record, statements));
    }
  }
}
