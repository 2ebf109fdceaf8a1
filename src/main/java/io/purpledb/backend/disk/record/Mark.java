package io.purpledb.backend.disk.record;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code kv.state}: how far the log and the journal of a database went, remembered apart
 * from them, so that an opening notices when their ends are missing.
 *
 * <p>It is written after what it tells is durable, and not forced itself. So after a power cut it
 * may be too low, never too high. After the death of the process alone it is exact, as the
 * operating system has it. Safe for use by many threads.
 */
public final class Mark implements Closeable {

  /** Whether the other files must be there. */
  public enum Status {
    /** There is no such file yet: either no database, or one of an older version. */
    NONE(0),
    /** The database's files are being made; nothing of them was promised yet. */
    CREATING(1),
    OPEN(2),
    CLOSED(3);

    private final long code;

    Status(long code) {
      this.code = code;
    }

    private static Status of(long code) {
      return Stream.of(values()).filter(status -> status.code == code).findFirst().orElse(OPEN);
    }
  }

  /** The place of a number that the first version of the file has not. */
  private static final int ANNOUNCED = 6;

  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
  private static final UUID NO_BOOT = new UUID(0, 0);
  private static final UUID BOOT = boot();

  private final FilePath file;
  private final String stem;
  private final FileId id;
  private @Nullable FileChannel channel;
  private @Nullable Slots slots;
  private State state;
  private boolean inStep;

  /** What the file says; record numbers, 0 before any. */
  private record State(
      Status status,
      long loggedForced,
      long loggedWritten,
      long journaled,
      UUID boot,
      long announced) {

    static State of(List<Long> numbers) {
      return new State(
          Status.of(numbers.get(0)),
          numbers.get(1),
          numbers.get(2),
          numbers.get(3),
          new UUID(numbers.get(4), numbers.get(5)),
          numbers.size() > ANNOUNCED ? numbers.get(ANNOUNCED) : 0);
    }

    List<Long> numbers() {
      return List.of(
          status.code,
          loggedForced,
          loggedWritten,
          journaled,
          boot.getMostSignificantBits(),
          boot.getLeastSignificantBits(),
          announced);
    }

    State with(Status now) {
      return new State(now, loggedForced, loggedWritten, journaled, BOOT, announced);
    }
  }

  private Mark(FilePath file, String stem, FileId id, State state) {
    this.file = file;
    this.stem = stem;
    this.id = id;
    this.state = state;
  }

  /**
   * Reads the mark; the file is neither made nor changed.
   *
   * @param stem the beginning of the names of all files of the database, such as {@code kv}
   */
  public static Mark read(FilePath file, String stem) throws IOException {
    String name = stem + ".state";
    if (!file.exists()) {
      long dataSet = new SecureRandom().nextLong();
      return new Mark(
          file, stem, new FileId(dataSet, name), new State(Status.NONE, 0, 0, 0, BOOT, 0));
    }
    FileChannel channel = file.open("rw");
    try {
      Slots slots = new Slots(channel, name);
      Slots.Slot slot = slots.read();
      new FileId(slot.id().dataSet(), name).check(slot.id());
      Mark mark = new Mark(file, stem, slot.id(), State.of(slot.numbers()));
      mark.channel = channel;
      mark.slots = slots;
      mark.inStep = !mark.fresh() && slot.numbers().size() > ANNOUNCED;
      return mark;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  public synchronized Status status() {
    return state.status;
  }

  /** Whether files may be missing, or of the format before there were marks. */
  public boolean fresh() {
    return status() == Status.NONE || status() == Status.CREATING;
  }

  /**
   * Whether the numbers of the files can be compared with each other. Those that an older version
   * left cannot: it did not keep all of them.
   */
  public boolean inStep() {
    return inStep;
  }

  public long dataSet() {
    return id.dataSet();
  }

  /** A file of the same data set. */
  public FileId sibling(String suffix) {
    return new FileId(id.dataSet(), stem + suffix);
  }

  /** The last record that the log must have; before it, the database may have it instead. */
  public synchronized long logged() {
    boolean exact =
        state.status == Status.CLOSED || (!BOOT.equals(NO_BOOT) && BOOT.equals(state.boot));
    return exact ? Math.max(state.loggedWritten, state.loggedForced) : state.loggedForced;
  }

  /** The last record of the journal that must be there. */
  public synchronized long journaled() {
    return state.journaled;
  }

  /** The last record of the journal that may be there. */
  synchronized long announced() {
    return state.announced;
  }

  /** Makes the file, durably, if it is not there: from now on the data set has its number. */
  public synchronized void begin() throws IOException {
    if (state.status != Status.NONE) {
      return;
    }
    State creating = state.with(Status.CREATING);
    FileChannel made = file.open("rw");
    try {
      Slots begun = new Slots(made, id.name());
      begun.writeBoth(id, creating.numbers());
      made.force(true);
      slots = begun;
    } catch (IOException | RuntimeException e) { // on a full disk half of it would look like damage
      made.close();
      file.delete();
      throw e;
    }
    channel = made;
    state = creating;
  }

  /**
   * All files are there, durably.
   *
   * @param record the last one of the log: what an earlier run has written after it, without a
   *     force, may be lost
   */
  public void opened(long record) throws IOException {
    force(now -> new State(Status.OPEN, record, record, now.journaled, BOOT, now.announced));
  }

  /** The database is closed in order. */
  public void closed() throws IOException {
    force(now -> now.with(Status.CLOSED));
  }

  /**
   * The log has a record.
   *
   * @param forced whether the device has it, or only the operating system
   */
  public void logged(long record, boolean forced) throws IOException {
    write(
        now ->
            new State(
                now.status,
                forced ? record : now.loggedForced,
                record,
                now.journaled,
                now.boot,
                now.announced));
  }

  /**
   * The journal may soon have a record. The device knows it before, even after a power cut: so a
   * journal that goes further is newer than this file.
   */
  public synchronized void announce(long record) throws IOException {
    if (record > state.announced) {
      force(
          now ->
              new State(
                  now.status,
                  now.loggedForced,
                  now.loggedWritten,
                  now.journaled,
                  now.boot,
                  record));
    }
  }

  /** The device has a record of the journal. */
  public void journaled(long record) throws IOException {
    write(
        now ->
            new State(
                now.status, now.loggedForced, now.loggedWritten, record, now.boot, now.announced));
  }

  @Override
  public synchronized void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }

  private synchronized void force(UnaryOperator<State> change) throws IOException {
    write(change);
    if (channel != null) {
      channel.force(false);
    }
  }

  private synchronized void write(UnaryOperator<State> change) throws IOException {
    if (slots == null) {
      throw new IOException(id.name() + " is not begun");
    }
    State next = change.apply(state);
    slots.write(id, next.numbers());
    state = next;
  }

  /** Another number each time that the operating system starts; {@link #NO_BOOT} if unknown. */
  private static UUID boot() {
    try {
      return UUID.fromString(Files.readString(Path.of(BOOT_ID)).strip());
    } catch (IOException | IllegalArgumentException e) {
      return NO_BOOT;
    }
  }
}
