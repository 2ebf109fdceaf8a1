package io.purpledb.backend.disk.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.backend.disk.record.InStep;
import io.purpledb.backend.disk.record.Mark;
import io.purpledb.backend.disk.record.RecordFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The write-ahead log of a database: the changes since its last checkpoint, in a record for each
 * time that they were made durable. A write costs its own bytes here, however large the database
 * is; the pages of H2 that it changes are written at a checkpoint, once for many writes.
 *
 * <p>The database has the number of the last record that a checkpoint brought into it, so that none
 * is run twice or missed.
 */
public final class RedoLog implements Closeable {

  /** Room for some thousand deletions. */
  private static final int RESERVE_BYTES = 256 << 10;

  private final RecordFile records;
  private final Mark mark;
  private final boolean forcing;
  private final ChangeNames names;
  private long durableNumber;

  /**
   * @param mark remembers how far the log goes
   * @param forcing whether a force reaches the device, or only the operating system
   * @param names what it calls statements
   */
  public RedoLog(FileChannel file, Mark mark, boolean forcing, ChangeNames names) {
    this.names = names;
    records = new RecordFile(file, mark.sibling(".redo"));
    this.mark = mark;
    this.forcing = forcing;
  }

  /** Runs a change again. */
  @FunctionalInterface
  public interface Redo {

    void run(LoggedChange change) throws SQLException;
  }

  /** Is told that something is to be run again, when all of it is known to be whole. */
  @FunctionalInterface
  public interface Found {

    void run() throws IOException;
  }

  /** A record to be run again: where its content is. */
  private record Lacking(long at, int bytes) {}

  /** {@link #replay(long, Found, Redo)} for whoever need not know that there is something. */
  public void replay(long checkpoint, Redo redo) throws IOException, SQLException {
    replay(checkpoint, () -> {}, redo);
  }

  /**
   * Finds the changes that a database lacks, and runs them in their order; before anything is
   * added. They are read twice: nothing is run before all are known to be whole.
   *
   * @param checkpoint the number of the last record that the database has
   * @throws DamagedFileException when records are missing that the database lacks
   */
  public void replay(long checkpoint, Found found, Redo redo) throws IOException, SQLException {
    long promised = mark.logged();
    records.open(mark.fresh(), promised <= checkpoint ? 0 : promised);
    long forgotten = records.lastNumber();
    List<Lacking> lacking = new ArrayList<>();
    for (ByteBuffer record = records.next(); record != null; record = records.next()) {
      if (records.lastNumber() > checkpoint) {
        lacking.add(new Lacking(records.lastContent(), record.remaining()));
      }
    }
    InStep.checkLog(mark, forgotten, records.lastNumber(), checkpoint);
    if (!lacking.isEmpty()) {
      found.run();
    }
    for (Lacking record : lacking) {
      replay(records.content(record.at, record.bytes), redo);
    }
    records.continueAfter(checkpoint);
    durableNumber = records.lastNumber();
  }

  /**
   * Appends what is to be committed, as one record; without any, none.
   *
   * @param freeing whether it may use the reserve, so that a full disk can be made less full
   * @throws DiskFullException when there is no room; the log is as before
   */
  public void append(List<LoggedChange> changes, boolean freeing) throws IOException {
    if (!changes.isEmpty()) {
      write(changes, freeing);
    }
  }

  /**
   * Makes sure of the reserve, and of room before it.
   *
   * @throws DiskFullException when there is no room for it
   */
  public void reserve(long bytes) throws IOException {
    records.reserve(bytes + RESERVE_BYTES);
  }

  /** Makes the records that were read durable once more; see {@link RecordFile#rewrite}. */
  public void rewrite() throws IOException {
    records.rewrite();
  }

  /** Makes all that was appended as durable as it is to be. */
  public void makeDurable() throws IOException {
    long number = records.lastNumber();
    if (number == durableNumber) {
      return;
    }
    if (forcing) {
      records.force();
    }
    mark.logged(number, forcing);
    durableNumber = number;
  }

  /**
   * Has all that was appended on the device: what a checkpoint brings into the database the log has
   * as well, so that a log that has it not is older.
   */
  public void force() throws IOException {
    if (!forcing) {
      records.force();
    }
    makeDurable();
  }

  /** The bytes of all records. */
  public long bytes() {
    return records.bytes();
  }

  /** The number of the last record. */
  public long lastNumber() {
    return records.lastNumber();
  }

  /** Forgets all records; only when the device has them in the database. */
  public void restart(long keepBytes) throws IOException {
    records.restart(Math.max(keepBytes, RESERVE_BYTES));
  }

  @Override
  public void close() throws IOException {
    records.close();
  }

  /** Writes a record: the names of the statements, each once, and the changes. */
  private void write(List<LoggedChange> changes, boolean freeing) throws IOException {
    List<String> statements = changes.stream().map(LoggedChange::sql).distinct().toList(); // a few
    List<byte[]> texts = statements.stream().map(sql -> names.inLog(sql).getBytes(UTF_8)).toList();
    long bytes = 2 * Integer.BYTES;
    for (byte[] text : texts) {
      bytes += Integer.BYTES + text.length;
    }
    for (LoggedChange change : changes) {
      bytes += change.bytes();
    }
    if (!freeing) {
      records.reserve(bytes + RESERVE_BYTES);
    }
    records.append(
        bytes,
        out -> {
          out.putInt(texts.size());
          for (byte[] text : texts) {
            out.putInt(text.length);
            out.put(text);
          }
          out.putInt(changes.size());
          for (LoggedChange change : changes) {
            change.writeTo(out, statements.indexOf(change.sql()));
          }
        });
  }

  /** One change is in memory at a time, beside the record. */
  private void replay(ByteBuffer record, Redo redo) throws IOException, SQLException {
    List<String> statements = statements(record, names);
    for (int left = record.getInt(); left > 0; left--) {
      redo.run(LoggedChange.read(record, statements));
    }
  }

  /** The changes that a record consists of, in their order. */
  public static List<LoggedChange> changes(ByteBuffer record, ChangeNames names)
      throws IOException {
    List<String> statements = statements(record, names);
    List<LoggedChange> changes = new ArrayList<>();
    for (int left = record.getInt(); left > 0; left--) {
      changes.add(LoggedChange.read(record, statements));
    }
    return changes;
  }

  private static List<String> statements(ByteBuffer record, ChangeNames names) throws IOException {
    List<String> statements = new ArrayList<>();
    for (int left = record.getInt(); left > 0; left--) {
      statements.add(names.statement(new String(LoggedChange.bytes(record), UTF_8)));
    }
    return statements;
  }
}
