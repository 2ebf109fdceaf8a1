package io.purpledb.backend.disk.journal;

import static io.purpledb.backend.disk.journal.Journal.BLOCK_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * H2's database file with a journal. What H2 writes is kept in memory until H2 forces it; a force
 * puts it all into the journal as one record. Now and then, when the device has the journal, the
 * blocks of its records are written to the database file and the journal starts again.
 *
 * <p>So after a crash the file and its journal give exactly what H2 had forced at some moment, not
 * before the last force that returned. And an opening changes nothing until it is accepted.
 */
final class JournaledFile extends FileBaseDefault {

  private static final long JOURNAL_BYTES = 8 << 20;

  /** The files that are in use, by name. */
  private static final Map<String, JournaledFile> LOCKED = new ConcurrentHashMap<>();

  private final String name;
  private final FileChannel base;
  private final FilePath journalPath;

  /** The blocks that {@link #base} does not have: forced ones and those in {@link #unforced}. */
  private final Map<Long, byte[]> newer = new ConcurrentHashMap<>();

  private final Map<Long, byte[]> unforced = new LinkedHashMap<>();
  private volatile long size;
  private long forcedSize;
  private long leastBytes;
  private @Nullable Journal journal;

  /** Whether H2 has read the file well; before that its writes, repairs at best, stay in memory. */
  private boolean accepted;

  /** Whether the journal may hold what the device does not: it was read from an earlier run. */
  private boolean replayed;

  JournaledFile(String name, FileChannel base, FilePath journalPath) {
    this.name = name;
    this.base = base;
    this.journalPath = journalPath;
  }

  /** The file with a name that is in use, null when there is none. */
  static @Nullable JournaledFile named(String name) {
    return LOCKED.get(name);
  }

  /** From now on the file may change. */
  synchronized void accept() {
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
    Journal opened = new Journal(journalPath.open("rw"));
    try {
      leastBytes = base.size();
      size = opened.replay(leastBytes, newer);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    forcedSize = size;
    replayed = true;
    journal = opened;
    LOCKED.put(name, this);
    return new HeldUntilClosed(this, lock);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // readers do not wait for a force
  public int read(ByteBuffer target, long position) throws IOException {
    if (position >= size) {
      return -1;
    }
    int wanted = (int) Math.min(target.remaining(), size - position);
    for (int done = 0; done < wanted; ) {
      long at = position + done;
      int offset = (int) (at % BLOCK_BYTES);
      int bytes = Math.min(wanted - done, BLOCK_BYTES - offset);
      byte[] block = newer.get(at / BLOCK_BYTES);
      if (block == null) {
        readBase(target, at, bytes);
      } else {
        target.put(block, offset, bytes);
      }
      done += bytes;
    }
    return wanted;
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
      newer.put(number, block);
    }
    size = Math.max(size, position + bytes);
    return bytes;
  }

  @Override
  protected synchronized void implTruncate(long bytes) {
    size = Math.min(size, bytes);
    unforced.keySet().removeIf(number -> number * BLOCK_BYTES >= bytes);
    newer.keySet().removeIf(number -> number * BLOCK_BYTES >= bytes);
  }

  @Override
  public synchronized void force(boolean metaData) throws IOException {
    Journal open = opened();
    if (!accepted) {
      return;
    }
    if (unforced.isEmpty() && size == forcedSize && !replayed) {
      return;
    }
    try {
      leastBytes = Math.min(leastBytes, size);
      open.append(size, leastBytes, unforced);
      open.force();
      unforced.clear();
      forcedSize = size;
      if (replayed || open.bytes() > JOURNAL_BYTES) {
        settle(open, JOURNAL_BYTES);
      }
    } catch (IOException e) {
      journal = null; // what is safe is not known any more: only an opening finds out
      open.close();
      throw e;
    }
  }

  /** Writes what is forced to the database file, and starts the journal again. */
  private void settle(Journal open, long keepBytes) throws IOException {
    open.force();
    new BlockWriter(base).write(newer);
    if (base.size() > size) {
      base.truncate(size);
    }
    base.force(true);
    open.restart(keepBytes);
    newer.clear();
    leastBytes = size;
    replayed = false;
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
          if (!replayed && unforced.isEmpty() && size == forcedSize) {
            settle(open, 0);
            open.append(size, size, Map.of());
            open.force();
          }
        }
      }
    }
  }

  private Journal opened() throws IOException {
    Journal open = journal;
    if (open == null) {
      throw new IOException("not usable after a failure or without its lock");
    }
    return open;
  }

  /** Reads from the database file; holes and what is past its end are zero. */
  private void readBase(ByteBuffer target, long position, int bytes) throws IOException {
    ByteBuffer part = target.slice(target.position(), bytes);
    while (part.hasRemaining()) {
      if (base.read(part, position + part.position()) < 0) {
        part.put(new byte[part.remaining()]);
      }
    }
    target.position(target.position() + bytes);
  }
}
