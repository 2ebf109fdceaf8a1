package io.purpledb.backend.replicated.wire;

import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.memory.MemoryState.Evicted;
import io.purpledb.message.Failure;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/** What an engine is asked, and what it answers, as bytes: a byte for the kind, then its parts. */
public final class EngineWire {

  private EngineWire() {}

  private interface Part {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private interface Reader<T> {
    T readFrom(DataInputStream in) throws IOException;
  }

  public static ByteString commit(Commit commit) {
    return bytes(Item.COMMIT, out -> CommitCodec.writeCommit(out, commit));
  }

  public static ByteString claim(Claim claim) {
    return bytes(Item.CLAIM, out -> CommitCodec.writeClaim(out, claim));
  }

  public static ByteString sweep() {
    return bytes(Item.SWEEP, out -> {});
  }

  public static ByteString evict(List<Evicted> entries) {
    return bytes(
        Item.EVICT,
        out -> {
          EntryCodec.writeLength(out, entries.size());
          for (Evicted entry : entries) {
            EntryCodec.writeKey(out, entry.key());
            out.writeLong(entry.version());
          }
        });
  }

  static List<Evicted> readEvicted(ByteString item) {
    return read(
        item,
        in -> {
          List<Evicted> entries = new ArrayList<>();
          for (int left = EntryCodec.readLength(in); left > 0; left--) {
            entries.add(new Evicted(EntryCodec.readKey(in), in.readLong()));
          }
          return entries;
        });
  }

  public static ByteString read(List<Key> keys) {
    return bytes(Item.READ, out -> CommitCodec.writeKeys(out, keys));
  }

  public static ByteString scan(Scan scan) {
    return bytes(Item.SCAN, out -> CommitCodec.writeScan(out, scan));
  }

  public static Commit readCommit(ByteString item) {
    return item.byteAt(0) == Item.OLD_COMMIT
        ? read(item, CommitCodec::readOldCommit)
        : read(item, CommitCodec::readCommit);
  }

  static Claim readClaim(ByteString item) {
    return read(item, CommitCodec::readClaim);
  }

  public static List<Key> readKeys(ByteString item) {
    return read(item, CommitCodec::readKeys);
  }

  public static Scan readScan(ByteString item) {
    return read(item, CommitCodec::readScan);
  }

  public static ByteString reply(Committed committed) {
    return bytes(
        Wire.PRESENT,
        out -> {
          out.writeInt(committed.refusedBy());
          out.writeLong(committed.position());
          EntryCodec.writeEntries(out, committed.entries());
          if (!committed.items().isEmpty()) { // a release before asks for none and expects none
            EntryCodec.writeItems(out, committed.items());
          }
        });
  }

  public static Committed committed(ByteString reply) {
    return read(
        Wire.present(reply),
        in ->
            new Committed(
                in.readInt(),
                in.readLong(),
                EntryCodec.readEntries(in),
                in.available() == 0 ? List.of() : EntryCodec.readItems(in)));
  }

  public static ByteString reply(List<? extends @Nullable Entry> entries) {
    return bytes(Wire.PRESENT, out -> EntryCodec.writeEntries(out, entries));
  }

  public static List<@Nullable Entry> entries(ByteString reply) {
    return read(Wire.present(reply), EntryCodec::readEntries);
  }

  /** Of entries that are all there. */
  public static List<Entry> present(List<@Nullable Entry> entries) {
    return entries.stream().map(Objects::requireNonNull).toList();
  }

  public static ByteString reply(Page page) {
    Key next = page.next();
    return bytes(
        Wire.PRESENT,
        out -> {
          EntryCodec.writeEntries(out, page.entries());
          CommitCodec.writeKeys(out, next == null ? List.of() : List.of(next));
        });
  }

  public static Page page(ByteString reply) {
    return read(
        Wire.present(reply),
        in -> {
          List<Entry> entries = present(EntryCodec.readEntries(in));
          List<Key> next = CommitCodec.readKeys(in);
          return new Page(entries, next.isEmpty() ? null : next.get(0));
        });
  }

  private static ByteString bytes(byte kind, Part part) {
    ByteString.Output bytes = ByteString.newOutput();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeByte(kind);
      part.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written anywhere", e);
    }
    return bytes.toByteString();
  }

  /** What is behind the kind, to its end; it may come from anybody. */
  private static <T> T read(ByteString bytes, Reader<T> reader) {
    try (DataInputStream in = new DataInputStream(bytes.newInput())) {
      in.readByte();
      T read = reader.readFrom(in);
      if (in.read() >= 0) {
        throw new IOException("more follows after its end");
      }
      return read;
    } catch (IOException | IllegalArgumentException e) { // it may be too many parts
      throw Failure.invalid("not what an engine of this release of Purple is asked: " + e);
    }
  }
}
