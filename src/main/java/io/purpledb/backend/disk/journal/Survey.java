package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.FileId;
import io.purpledb.backend.disk.record.FileReads;
import io.purpledb.backend.disk.record.InStep;
import io.purpledb.backend.disk.record.Mark;
import io.purpledb.backend.disk.record.RecordReader;
import io.purpledb.backend.disk.record.Slots;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Looks through the files of a database without changing them: what is whole, what is damaged. */
public final class Survey {

  private Survey() {}

  /**
   * Records that follow each other.
   *
   * @param first the number of the first
   * @param last the number of the last
   * @param position where they begin, in bytes
   * @param end where the next one should begin
   */
  public record Run(long first, long last, long position, long end) {}

  /**
   * All whole records of a file, from those that an opening finds to what is behind a damage; what
   * is left of records that were forgotten is left out.
   *
   * @param each is told the content of each of them
   * @throws DamagedFileException when the file is not that one at all
   */
  public static List<Run> records(Path file, FileId id, Consumer<ByteBuffer> each)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Slots.Slot slot = new Slots(channel, id.name()).read();
      id.check(slot.id());
      RecordReader reader = RecordReader.current(channel, id);
      List<Run> runs = new ArrayList<>();
      long last = slot.numbers().get(0) - 1;
      long position = Slots.BYTES;
      while (position >= 0) {
        Run run = run(reader, position, last, each);
        if (run.last >= run.first) {
          runs.add(run);
          last = run.last;
        }
        position = reader.next(run.end, last);
      }
      return runs;
    }
  }

  private static Run run(RecordReader reader, long position, long before, Consumer<ByteBuffer> each)
      throws IOException {
    long first = 0;
    long last = -1;
    long end = position;
    for (RecordReader.Found found = reader.at(position);
        found != null && found.number() > before && (last < first || found.number() == last + 1);
        found = reader.at(end)) {
      each.accept(found.content());
      first = last < first ? found.number() : first;
      last = found.number();
      end = found.end();
    }
    return new Run(first, last, position, end);
  }

  /**
   * Compares the heads of a database's files with each other.
   *
   * @throws DamagedFileException when one is older than the others, or not that file at all
   */
  public static void compare(Path journal, Path sums, Mark mark) throws IOException {
    FileId id = mark.sibling(".journal");
    List<Run> runs = records(journal, id, record -> {});
    try (FileChannel records = FileChannel.open(journal, StandardOpenOption.READ);
        Checksums checksums =
            new Checksums(FileChannel.open(sums, StandardOpenOption.READ), mark.sibling(".sums"))) {
      checksums.open();
      long forgotten = new Slots(records, id.name()).read().numbers().get(0) - 1;
      long last = runs.isEmpty() ? forgotten : runs.get(runs.size() - 1).last();
      InStep.check(mark, forgotten, last, checksums.settled());
    }
  }

  /** The numbers of the blocks that records of a journal have. */
  public static Set<Long> blocks(Path journal, FileId id) throws IOException {
    Set<Long> blocks = new HashSet<>();
    records(
        journal,
        id,
        record -> {
          record.position(Journal.SIZES_BYTES);
          while (record.hasRemaining()) {
            blocks.add(record.getLong());
            record.position(record.position() + Journal.BLOCK_BYTES);
          }
        });
    return blocks;
  }

  /**
   * Where a database file is not what was written.
   *
   * @param elsewhere the blocks that the journal has, so that they do not count
   * @return the positions of the blocks, in bytes
   */
  public static List<Long> damaged(Path database, Path sums, FileId id, Set<Long> elsewhere)
      throws IOException {
    List<Long> damaged = new ArrayList<>();
    try (FileChannel file = FileChannel.open(database, StandardOpenOption.READ);
        Checksums checksums = new Checksums(FileChannel.open(sums, StandardOpenOption.READ), id)) {
      checksums.open();
      byte[] block = new byte[Journal.BLOCK_BYTES];
      for (long number = 0; number * Journal.BLOCK_BYTES < file.size(); number++) {
        FileReads.readFully(file, ByteBuffer.wrap(block), number * Journal.BLOCK_BYTES);
        if (!elsewhere.contains(number) && checksums.damaged(number, block) >= 0) {
          damaged.add(number * Journal.BLOCK_BYTES);
        }
      }
    }
    return damaged;
  }
}
