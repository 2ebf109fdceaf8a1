package io.purpledb.backend.replicated.snapshot;

import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.replicated.raft.DamageException;
import io.purpledb.backend.replicated.state.ReplicatedState;
import io.purpledb.backend.replicated.wire.EntryCodec;
import io.purpledb.backend.replicated.wire.OldRequests;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.memory.StateImage;
import io.purpledb.service.FlagService;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * All data of one moment in one file: a magic word with the version, the time of the last write,
 * the position of the last change of the engine's entries (not in format 2), the writes that may be
 * sent again, entries that each begin with a byte for their kind, an end, and a CRC-32C of all
 * that.
 */
public final class SnapshotFile {

  /** "PURP" and format 6. */
  private static final long MAGIC = 0x50555250_00000006L;

  /**
   * Of the first release that can still be read. In format 2 values and counters were no entries of
   * an engine, up to 3 flags were not, up to 4 sets, up to 5 the cache.
   */
  private static final long MAGIC_2 = 0x50555250_00000002L;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final int END = 0;
  private static final int CACHE = 1;
  private static final int COUNTER = 2;
  private static final int FLAG = 3;
  private static final int KV = 4;
  private static final int SET = 5;
  private static final int ENTRY = 6;

  private SnapshotFile() {}

  /** Writes a file and forces it to disk. */
  public static void write(Path file, ReplicatedState.Image image) throws IOException {
    CRC32C checksum = new CRC32C();
    try (FileOutputStream bytes = new FileOutputStream(file.toFile());
        DataOutputStream out =
            new DataOutputStream(
                new CheckedOutputStream(new BufferedOutputStream(bytes, BUFFER_BYTES), checksum))) {
      out.writeLong(MAGIC);
      out.writeLong(image.stampMillis());
      out.writeLong(image.data().position());
      AnsweredPart.write(out, image.answered());
      image.data().sendTo(new Writer(out));
      out.writeByte(END);
      out.writeLong(checksum.getValue());
      out.flush();
      bytes.getFD().sync();
    }
  }

  /**
   * Reads a file into an empty copy.
   *
   * @param expected the checksum that is kept beside the file; null when it is not known
   * @throws DamageException when the file is not what was written; the copy may have got entries by
   *     then
   */
  public static void read(Path file, @Nullable MD5Hash expected, ReplicatedState copy)
      throws IOException {
    MessageDigest digest = MD5FileUtil.newMD5();
    CRC32C checksum = new CRC32C();
    try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest);
        DataInputStream in =
            new DataInputStream(
                new CheckedInputStream(new BufferedInputStream(bytes, BUFFER_BYTES), checksum))) {
      read(file, in, checksum, copy);
      if (expected != null && !expected.equals(MD5Hash.newInstance(digest.digest()))) {
        throw new DamageException(file, "it is not the one that its .md5 belongs to");
      }
    } catch (DamageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // whatever comes of lengths that are none
      throw new DamageException(file, e);
    }
  }

  private static void read(Path file, DataInputStream in, CRC32C checksum, ReplicatedState copy)
      throws IOException {
    long magic = in.readLong();
    if (magic < MAGIC_2 || magic > MAGIC) {
      throw new DamageException(
          file, "a snapshot of format %x (expected: %x)".formatted(magic, MAGIC));
    }
    long stampMillis = in.readLong();
    long position = magic == MAGIC_2 ? MemoryState.BEFORE : in.readLong();
    copy.restore(stampMillis, position, AnsweredPart.read(in));
    new Reader(in).sendTo(copy.store().entries()::restore);
    long found = checksum.getValue();
    if (in.readLong() != found) {
      throw new DamageException(file, "its checksum is not " + Long.toHexString(found));
    }
    if (in.read() >= 0) {
      throw new DamageException(file, "more follows after its end");
    }
  }

  public static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static byte[] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = length < 0 ? new byte[0] : in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("damaged: a length of " + length);
    }
    return bytes;
  }

  private record Writer(DataOutputStream out) implements StateImage.Sink {

    @Override
    public void entry(Entry entry) throws IOException {
      out.writeByte(ENTRY);
      EntryCodec.writeEntry(out, entry);
    }
  }

  private record Reader(DataInputStream in) {

    void sendTo(StateImage.Sink sink) throws IOException {
      for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
        switch (kind) {
          case CACHE -> sink.entry(OldRequests.cached(text(), readBytes(in), in.readLong()));
          case COUNTER -> sink.entry(OldRequests.entry("counter", text(), number()));
          case FLAG ->
              sink.entry(OldRequests.entry("flag", text(), FlagService.value(in.readBoolean())));
          case KV -> sink.entry(OldRequests.entry("kv", text(), content()));
          case SET -> set(text(), sink);
          case ENTRY -> sink.entry(entry());
          default -> throw new IOException("damaged: an entry of kind " + kind);
        }
      }
    }

    private Value number() throws IOException {
      return new Value.OfNumber(in.readLong());
    }

    private Value content() throws IOException {
      return new Value.OfBytes(UnsafeByteOperations.unsafeWrap(readBytes(in)));
    }

    private Entry entry() throws IOException {
      Entry entry = EntryCodec.readEntry(in);
      if (entry == null) {
        throw new IOException("damaged: no entry");
      }
      return entry;
    }

    private void set(String key, StateImage.Sink sink) throws IOException {
      int size = in.readInt();
      for (int i = 0; i < size; i++) {
        sink.entry(OldRequests.member(key, text()));
      }
    }

    private String text() throws IOException {
      return new String(readBytes(in), StandardCharsets.UTF_8);
    }
  }
}
