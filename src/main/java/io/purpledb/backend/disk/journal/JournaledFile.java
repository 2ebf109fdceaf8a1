package io.purpledb.backend.disk.journal;

import static io.purpledb.backend.disk.journal.Journal.BLOCK_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.h2.store.fs.FileBaseDefault;
import org.jspecify.annotations.Nullable;

/**
 * H2's database file with a journal. What H2 writes is kept in memory until H2 forces it; a force
 * puts it all into the journal as one record. Now and then, when the device has the journal, the
 * blocks of its records are written to the database file and the journal starts again.
 *
 * <p>So after a crash the file and its journal give exactly what H2 had forced at some moment, not
 * before the last force that returned. And an opening changes nothing until it is accepted.
 */
final class JournaledFile extends FileBaseDefault implements OpenDatabase {

  /** How long the journal becomes, in its usual lengths, when the database file cannot grow. */
  private static final int MOST_LENGTHS = 3;

  /** The least room on the disk, in lengths of the journal, while it is not brought in early. */
  private static final int SPARE = 3;

  /** The files that are in use, by name. */
  private static final Map<String, JournaledFile> LOCKED = new ConcurrentHashMap<>();

  private final String name;
  private final DataFile base;
  private final Companions companions;

  /** The blocks that the journal has and {@link #base} has not. */
  private final Map<Long, byte[]> journaled = new ConcurrentHashMap<>();

  /** The blocks that neither has. */
  private final Map<Long, byte[]> unforced = new ConcurrentHashMap<>();

  private volatile long size;
  private long forcedSize;
  private volatile long leastBytes;
  private long journalBytes;
  private LongSupplier usableBytes = () -> Long.MAX_VALUE;
  private volatile boolean owed;
  private volatile @Nullable DiskFullException full;
  private @Nullable Mark mark;
  private @Nullable Journal journal;

  /** Whether H2 has read the file well; before that its writes, repairs at best, stay in memory. */
  private boolean accepted;

  JournaledFile(String name, FileChannel base, Companions companions) {
    this.name = name;
    this.base = new DataFile(name, base);
    this.companions = companions;
  }

  /** The file with a name that is in use, null when there is none. */
  static @Nullable JournaledFile named(String name) {
    return LOCKED.get(name);
  }

  @Override
  public synchronized void accept() throws IOException {
    Journal open = opened();
    if (!journaled.isEmpty()
        || base.isUnchecked()
        || open.endsInGap()) { // else an opening costs no force here
      open.rewrite();
      settleIfRoom(open, forcedSize);
    }
    accepted = true;
  }

  /** Locks the file and then, as its only user, reads the journal. */
  @Override
  public synchronized @Nullable FileLock tryLock(long position, long length, boolean shared)
      throws IOException {
    FileLock lock = base.tryLock(position, length, shared);
    if (lock == null) {
      return null;
    }
    Mark known = companions.mark();
    base.check(new Checksums(companions.openSums(), known.sibling(".sums")), known.fresh());
    Journal opened = new Journal(companions.openJournal(), known.sibling(".journal"));
    try {
      leastBytes = base.size();
      size = opened.replay(known.fresh(), known.journaled(), leastBytes, journaled);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    mark = known;
    journalBytes = companions.journalBytes();
    usableBytes = companions.usableBytes();
    forcedSize = size;
    journal = opened;
    LOCKED.put(name, this);
    return new HeldUntilClosed(this, lock);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long leastBytes() {
    return leastBytes;
  }

  @Override
  public @Nullable String damage() {
    return base.damage();
  }

  @Override
  public boolean owed() {
    return owed;
  }

  @Override
  public @Nullable DiskFullException full() {
    return full;
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // readers do not wait for a force
  public int read(ByteBuffer target, long position) throws IOException {
    if (position >= size) {
      return -1;
    }
    int wanted = (int) Math.min(target.remaining(), size - position);
    int start = target.position();
    try {
      read(target, position, wanted);
    } catch (DamagedFileException e) {
      target.position(start);
      readInPeace(target, position, wanted);
    }
    return wanted;
  }

  /** Reads again while no block changes: only then a wrong checksum means damage. */
  private synchronized void readInPeace(ByteBuffer target, long position, int wanted)
      throws IOException {
    try {
      read(target, position, wanted);
    } catch (DamagedFileException e) {
      base.damaged(e);
      throw e;
    }
  }

  private void read(ByteBuffer target, long position, int wanted) throws IOException {
    for (int done = 0; done < wanted; ) {
      long at = position + done;
      int offset = (int) (at % BLOCK_BYTES);
      byte[] block = newer(at / BLOCK_BYTES);
      int bytes = Math.min(wanted - done, BLOCK_BYTES - offset);
      if (block == null) {
        while (bytes < wanted - done && newer((at + bytes) / BLOCK_BYTES) == null) {
          bytes = Math.min(wanted - done, bytes + BLOCK_BYTES);
        }
        base.read(target, at, bytes);
      } else {
        target.put(block, offset, bytes);
      }
      done += bytes;
    }
  }

  /** A block that is not in the database file yet. */
  private byte @Nullable [] newer(long number) {
    byte[] block = unforced.get(number);
    return block == null ? journaled.get(number) : block; // in the order in which they move
  }

  @Override
  public synchronized int write(ByteBuffer source, long position) throws IOException {
    int bytes = source.remaining();
    if (position % BLOCK_BYTES != 0 || bytes % BLOCK_BYTES != 0) {
      throw new IOException(
          "write of %d bytes at %d (expected: whole blocks of %d)"
              .formatted(bytes, position, BLOCK_BYTES));
    }
    for (long number = position / BLOCK_BYTES; source.hasRemaining(); number++) {
      byte[] block = new byte[BLOCK_BYTES];
      source.get(block);
      unforced.put(number, block);
    }
    size = Math.max(size, position + bytes);
    return bytes;
  }

  @Override
  protected synchronized void implTruncate(long bytes) {
    size = Math.min(size, bytes);
    unforced.keySet().removeIf(number -> number * BLOCK_BYTES >= bytes);
    journaled.keySet().removeIf(number -> number * BLOCK_BYTES >= bytes);
  }

  @Override
  public synchronized void force(boolean metaData) throws IOException {
    Journal open = opened();
    if (!accepted) {
      return;
    }
    try {
      if (full != null) {
        settleIfRoom(open, forcedSize);
      }
      if (!unforced.isEmpty() || size != forcedSize) {
        append(open);
        if (open.bytes() > journalBytes || usableBytes.getAsLong() < SPARE * open.bytes()) {
          settleIfRoom(open, forcedSize);
        }
      }
    } catch (DiskFullException e) {
      owed = true; // nothing of it was written; H2 itself would give the whole database up
      full = e;
    } catch (IOException e) {
      journal = null; // what is safe is not known any more: only an opening finds out
      open.close();
      throw e;
    }
  }

  private void append(Journal open) throws IOException {
    if (open.bytes() > MOST_LENGTHS * journalBytes && full != null) {
      throw full;
    }
    leastBytes = Math.min(leastBytes, size);
    open.append(size, leastBytes, unforced);
    open.force();
    journaled.putAll(unforced);
    unforced.clear();
    forcedSize = size;
    owed = false;
    remember(open);
  }

  /** Does what {@link #settle} does, or leaves it all to the journal when the disk is full. */
  private void settleIfRoom(Journal open, long fileBytes) throws IOException {
    try {
      settle(open, fileBytes, usableBytes.getAsLong() < journalBytes ? 0 : journalBytes);
      full = null;
    } catch (DiskFullException e) {
      full = e;
    }
  }

  /**
   * Writes what the journal has to the database file, and starts the journal again.
   *
   * @param fileBytes the size of the database file with it
   */
  private void settle(Journal open, long fileBytes, long keepBytes) throws IOException {
    base.write(journaled, fileBytes);
    open.restart(keepBytes);
    journaled.clear();
    leastBytes = fileBytes;
  }

  /** Leaves a journal that only tells the size when all is forced, else the journal as it is. */
  @Override
  protected synchronized void implCloseChannel() throws IOException {
    try (base) {
      LOCKED.remove(name, this);
      Journal open = journal;
      if (open != null) {
        journal = null;
        try (open) {
          if (accepted && unforced.isEmpty() && size == forcedSize) {
            settle(open, size, 0);
            open.append(size, size, Map.of());
            open.force();
            remember(open);
          }
        }
      }
    }
  }

  private void remember(Journal open) throws IOException {
    if (mark != null) {
      mark.journaled(open.lastNumber());
    }
  }

  private Journal opened() throws IOException {
    Journal open = journal;
    if (open == null) {
      throw new IOException("not usable after a failure or without its lock");
    }
    return open;
  }
}
