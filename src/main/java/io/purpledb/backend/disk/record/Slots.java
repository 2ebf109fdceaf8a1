package io.purpledb.backend.disk.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a file: two slots, each in a block of its own, that say what the file is, and a
 * few numbers. A slot has a checksum and counts up; the newer one that is whole is valid. So a slot
 * that is half written, or damaged later, leaves the other one. The same idea as the two roots of
 * LMDB.
 */
public final class Slots {

  /** What a device writes whole, so that damage of one slot leaves the other. */
  private static final int BLOCK_BYTES = 4096;

  /** Where a file's own content begins. */
  public static final int BYTES = 2 * BLOCK_BYTES;

  private static final Logger LOG = System.getLogger(Slots.class.getName());
  private static final long MAGIC = 0x507572706c655332L; // "PurpleS2"
  private static final int SLOT_BYTES = 256;

  private final FileChannel file;
  private final String name;
  private long count;

  public Slots(FileChannel file, String name) {
    this.file = file;
    this.name = name;
  }

  /** What a slot says. */
  public record Slot(FileId id, long count, List<Long> numbers) {

    private void writeTo(FileChannel file, int position, int bytes) throws IOException {
      byte[] name = id.name().getBytes(UTF_8);
      ByteBuffer out = ByteBuffer.allocate(bytes);
      out.putLong(MAGIC).putLong(count).putLong(id.dataSet());
      out.put((byte) name.length).put(name).put((byte) numbers.size());
      for (long number : numbers) {
        out.putLong(number);
      }
      out.putLong(checksum(out.array(), out.position())).rewind();
      while (out.hasRemaining()) {
        file.write(out, position + out.position());
      }
    }
  }

  /**
   * The valid slot.
   *
   * @throws DamagedFileException when there is none
   */
  public Slot read() throws IOException {
    Slot valid = find();
    if (valid == null) {
      throw new DamagedFileException(
          name,
          "it does not say what it is (found: %d bytes, no whole head)".formatted(file.size()));
    }
    return valid;
  }

  /** The valid slot, null when there is none. */
  @Nullable Slot find() throws IOException {
    Slot first = read(0);
    Slot second = read(BLOCK_BYTES);
    if (first == null && second == null) {
      return null;
    }
    if (first == null || second == null) {
      LOG.log(
          Level.WARNING,
          "{0}: one of the two copies of its head is damaged; the other one is used",
          name);
    }
    Slot valid = newer(first, second);
    count = valid == null ? 0 : valid.count;
    return valid;
  }

  private static @Nullable Slot newer(@Nullable Slot first, @Nullable Slot second) {
    if (first == null || second == null) {
      return first == null ? second : first;
    }
    return second.count > first.count ? second : first;
  }

  /** Writes both slots. */
  public void writeBoth(FileId id, List<Long> numbers) throws IOException {
    Slot slot = new Slot(id, ++count, numbers);
    slot.writeTo(file, 0, BLOCK_BYTES);
    slot.writeTo(file, BLOCK_BYTES, BLOCK_BYTES);
  }

  /** Writes the older slot, so that the newer one stays until this one is whole. */
  public void write(FileId id, List<Long> numbers) throws IOException {
    Slot slot = new Slot(id, ++count, numbers);
    slot.writeTo(file, count % 2 == 0 ? 0 : BLOCK_BYTES, SLOT_BYTES);
  }

  private @Nullable Slot read(int position) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(SLOT_BYTES);
    FileReads.readFully(file, in, position);
    in.flip();
    try {
      if (in.getLong() != MAGIC) {
        return null;
      }
      long found = in.getLong();
      long dataSet = in.getLong();
      byte[] text = new byte[Byte.toUnsignedInt(in.get())];
      in.get(text);
      List<Long> numbers = new ArrayList<>();
      for (int left = Byte.toUnsignedInt(in.get()); left > 0; left--) {
        numbers.add(in.getLong());
      }
      long expected = checksum(in.array(), in.position());
      return in.getLong() == expected
          ? new Slot(new FileId(dataSet, new String(text, UTF_8)), found, numbers)
          : null;
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return checksum.getValue();
  }
}
