package io.purpledb.backend.disk.journal;

import static io.purpledb.backend.disk.journal.Journal.BLOCK_BYTES;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.backend.disk.record.InStep;
import io.purpledb.backend.disk.record.Mark;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.h2.store.fs.FileBaseDefault;
import org.jspecify.annotations.Nullable;

/**
 * H2's database file with a journal. What H2 writes goes to the end of the journal, or stays in
 * memory while that has no room; a force makes one record of it all. Now and then, when the device
 * has the journal, the blocks of its records are written to the database file and the journal
 * starts again. So in memory are their places, and only the first of the blocks themselves.
 *
 * <p>So after a crash the file and its journal give exactly what H2 had forced at some moment, not
 * before the last force that returned. And an opening changes nothing until it is accepted.
 */
final class JournaledFile extends FileBaseDefault implements OpenDatabase {

  private static final Logger LOG = System.getLogger(JournaledFile.class.getName());

  /** How long the journal becomes, in its usual lengths, when the database file cannot grow. */
  private static final int MOST_LENGTHS = 3;

  /** The least room on the disk, in lengths of the journal, while it is not brought in early. */
  private static final int SPARE = 3;

  /** How many blocks are put into the journal at once, so that few are in memory. */
  private static final int RUN_BLOCKS = 64;

  /** What of the journal may stay in memory as well, as a part of its usual length. */
  private static final int KEPT_PART = 2;

  /** The files that are in use, by name. */
  private static final Map<String, JournaledFile> LOCKED = new ConcurrentHashMap<>();

  private final String name;
  private final DataFile base;
  private final Companions companions;

  /** The blocks that the journal has and {@link #base} has not. */
  private final Map<Long, Block> journaled = new ConcurrentHashMap<>();

  /** The blocks that neither has, whether they are written ahead or in memory. */
  private final Map<Long, Block> unforced = new ConcurrentHashMap<>();

  private volatile long size;
  private long forcedSize;
  private volatile long leastBytes;
  private long usualJournalBytes;
  private long keptBytes;
  private LongSupplier usableBytes = () -> Long.MAX_VALUE;
  private volatile boolean owed;
  private volatile @Nullable DiskFullException full;
  private @Nullable Mark mark;
  private volatile @Nullable Journal journal;

  /** Whether H2 has read the file well; before that its writes, repairs at best, stay in memory. */
  private boolean accepted;

  /** Whether nothing is to be forced now, whatever H2 wishes. */
  private boolean isHeld;

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
    Mark known = companions.mark();
    if (!known.inStep() && !known.fresh()) {
      base.settled(open.forgotten());
    }
    known.announce(open.lastNumber());
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
      InStep.check(known, opened.forgotten(), opened.lastNumber(), base.settled());
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    mark = known;
    usualJournalBytes = companions.journalBytes();
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
  public synchronized long journalBytes() {
    Journal open = journal;
    return open == null ? 0 : open.bytes();
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
      long number = at / BLOCK_BYTES;
      Block block = newer(number);
      int bytes = Math.min(wanted - done, BLOCK_BYTES - offset);
      if (block == null) {
        while (bytes < wanted - done && newer((at + bytes) / BLOCK_BYTES) == null) {
          bytes = Math.min(wanted - done, bytes + BLOCK_BYTES);
        }
        base.read(target, at, bytes);
      } else {
        target.put(content(number, block), offset, bytes);
      }
      done += bytes;
    }
  }

  /**
   * What a block contains.
   *
   * @throws DamagedFileException also when its place in the journal may have been used again while
   *     it was read, as it was not needed there any more
   */
  private byte[] content(long number, Block block) throws IOException {
    byte[] content = block.read(opened());
    if (newer(number) != block) {
      throw new DamagedFileException(name, "block %d changes".formatted(number));
    }
    return content;
  }

  /** A block that is not in the database file yet. */
  private @Nullable Block newer(long number) {
    Block block = unforced.get(number);
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
    Map<Long, byte[]> run = new LinkedHashMap<>();
    for (long number = position / BLOCK_BYTES; source.hasRemaining(); number++) {
      byte[] block = new byte[BLOCK_BYTES];
      source.get(block);
      run.put(number, block);
      if (run.size() == RUN_BLOCKS || !source.hasRemaining()) {
        put(run);
        run.clear();
      }
    }
    size = Math.max(size, position + bytes);
    return bytes;
  }

  /** Writes blocks ahead, or keeps them in memory until there is room or the file may change. */
  private void put(Map<Long, byte[]> blocks) {
    Journal open = journal;
    if (accepted && full == null && open != null) {
      try {
        boolean isKept = keptBytes < usualJournalBytes / KEPT_PART;
        unforced.putAll(open.writeAhead(blocks, isKept));
        keptBytes += isKept ? (long) blocks.size() * BLOCK_BYTES : 0;
        return;
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "nothing is lost by it; a force tries again, and says so", e);
      }
    }
    blocks.forEach((number, content) -> unforced.put(number, Block.inMemory(content)));
  }

  @Override
  public synchronized void hold(boolean now) {
    isHeld = now;
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
    if (!accepted || isHeld) {
      return;
    }
    try {
      if (full != null) {
        settleIfRoom(open, forcedSize);
      }
      if (!unforced.isEmpty() || size != forcedSize) {
        append(open);
        if (open.bytes() > usualJournalBytes || usableBytes.getAsLong() < SPARE * open.bytes()) {
          settleIfRoom(open, forcedSize);
        }
      }
    } catch (DiskFullException e) {
      owed = true; // nothing of it was written; H2 itself would give the whole database up
      full = e;
    } catch (IOException e) {
      journal = null; // what is durable is not known any more: only an opening finds out
      open.close();
      throw e;
    }
  }

  private void append(Journal open) throws IOException {
    if (open.bytes() > MOST_LENGTHS * usualJournalBytes && full != null) {
      throw full;
    }
    leastBytes = Math.min(leastBytes, size);
    announce(open);
    unforced.putAll(open.writeAhead(inMemory(open), false));
    open.append(size, leastBytes, Map.of());
    open.force();
    journaled.putAll(unforced);
    unforced.clear();
    forcedSize = size;
    owed = false;
    remember(open);
  }

  /** Those of the blocks that are not written ahead. */
  private Map<Long, byte[]> inMemory(Journal open) throws IOException {
    Map<Long, byte[]> blocks = new LinkedHashMap<>();
    for (Map.Entry<Long, Block> block : unforced.entrySet()) {
      if (!block.getValue().isWritten()) {
        blocks.put(block.getKey(), block.getValue().read(open));
      }
    }
    return blocks;
  }

  /** Does what {@link #settle} does, or leaves it all to the journal when the disk is full. */
  private void settleIfRoom(Journal open, long fileBytes) throws IOException {
    try {
      settle(open, fileBytes, usableBytes.getAsLong() < usualJournalBytes ? 0 : usualJournalBytes);
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
    base.write(journaled, open, fileBytes);
    journaled.clear(); // before their places are used again
    keptBytes = 0;
    leastBytes = fileBytes;
    if (open.isAhead()) {
      open.restart(Long.MAX_VALUE);
      writeAgain(open);
      open.trim(keepBytes);
    } else {
      open.restart(keepBytes);
    }
  }

  /** Writes what was written ahead once more, in order, so that nothing of it is overwritten. */
  private void writeAgain(Journal open) throws IOException {
    List<Map.Entry<Long, Block>> written =
        unforced.entrySet().stream()
            .filter(block -> block.getValue().isWritten())
            .sorted(Comparator.comparingLong(block -> block.getValue().position()))
            .toList();
    for (Map.Entry<Long, Block> block : written) {
      put(Map.of(block.getKey(), block.getValue().read(open)));
    }
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
            announce(open);
            open.append(size, size, Map.of());
            open.force();
            remember(open);
          }
        }
      }
    }
  }

  private void announce(Journal open) throws IOException {
    if (mark != null) {
      mark.announce(open.lastNumber() + 1);
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
