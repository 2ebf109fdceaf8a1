package io.purpledb.backend.replicated.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys and entries as bytes, in messages, in the log and in snapshots. Numbers have 8 bytes; the
 * length of a text or of bytes has 7 bits in each byte, the lowest first, with the eighth for one
 * that is followed by another.
 */
public final class EntryCodec {

  private static final int ABSENT = 0;
  private static final int BYTES = 1;
  private static final int NUMBER = 2;
  private static final int SEVEN_BITS = 0x7f;
  private static final int MORE = 0x80;
  private static final int BITS = 7;

  /** Not worth asking how much there is, which may be a call of the system. */
  private static final int SMALL_BYTES = 4 << 10;

  private EntryCodec() {}

  static void writeKey(DataOutputStream out, Key key) throws IOException {
    writeText(out, key.namespace());
    writeText(out, key.service());
    writeText(out, key.name());
    writeText(out, key.item());
  }

  static Key readKey(DataInputStream in) throws IOException {
    String namespace = readText(in).intern(); // there is no use in one for each key
    return new Key(namespace, readText(in).intern(), readText(in), readText(in));
  }

  static void writeValue(DataOutputStream out, Value value) throws IOException {
    if (value instanceof Value.OfBytes bytes) {
      out.writeByte(BYTES);
      writeLength(out, bytes.content().size());
      bytes.content().writeTo(out);
    } else {
      out.writeByte(NUMBER);
      out.writeLong(((Value.OfNumber) value).number());
    }
  }

  static Value readValue(DataInputStream in) throws IOException {
    return valueOf(in, in.readUnsignedByte());
  }

  private static Value valueOf(DataInputStream in, int kind) throws IOException {
    return switch (kind) {
      case BYTES -> new Value.OfBytes(readBytes(in));
      case NUMBER -> new Value.OfNumber(in.readLong());
      default -> throw new IOException("damaged: a value of kind " + kind);
    };
  }

  static void writeDescription(DataOutputStream out, Description description) throws IOException {
    writeText(out, description.mediaType());
    writeLength(out, description.metadata().size());
    for (Map.Entry<String, String> e : new TreeMap<>(description.metadata()).entrySet()) {
      writeText(out, e.getKey());
      writeText(out, e.getValue());
    }
  }

  static Description readDescription(DataInputStream in) throws IOException {
    String mediaType = readText(in);
    int size = readLength(in);
    if (size == 0 && mediaType.isEmpty()) {
      return Description.NONE;
    }
    Map<String, String> metadata = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      metadata.put(readText(in), readText(in));
    }
    return new Description(mediaType, Map.copyOf(metadata));
  }

  /** Null for none. */
  public static void writeEntry(DataOutputStream out, @Nullable Entry entry) throws IOException {
    if (entry == null) {
      out.writeByte(ABSENT);
      return;
    }
    writeValue(out, entry.value());
    writeKey(out, entry.key());
    writeDescription(out, entry.description());
    out.writeLong(entry.version());
    out.writeLong(entry.expiresMillis());
  }

  public static @Nullable Entry readEntry(DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    if (kind == ABSENT) {
      return null;
    }
    Value value = valueOf(in, kind);
    return new Entry(readKey(in), value, readDescription(in), in.readLong(), in.readLong());
  }

  static void writeEntries(DataOutputStream out, List<? extends @Nullable Entry> entries)
      throws IOException {
    writeLength(out, entries.size());
    for (Entry entry : entries) {
      writeEntry(out, entry);
    }
  }

  static List<@Nullable Entry> readEntries(DataInputStream in) throws IOException {
    int size = readLength(in);
    List<@Nullable Entry> entries = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      entries.add(readEntry(in));
    }
    return entries;
  }

  static void writeItems(DataOutputStream out, List<Items> all) throws IOException {
    writeLength(out, all.size());
    for (Items items : all) {
      writeLength(out, items.size());
      for (ByteString item : items.bytes()) {
        writeLength(out, item.size());
        item.writeTo(out);
      }
    }
  }

  static List<Items> readItems(DataInputStream in) throws IOException {
    int size = readLength(in);
    List<Items> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int count = readLength(in);
      List<ByteString> items = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        items.add(readBytes(in));
      }
      all.add(Items.ofSortedBytes(items));
    }
    return all;
  }

  static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeLength(out, bytes.length);
    out.write(bytes);
  }

  static String readText(DataInputStream in) throws IOException {
    return readBytes(in).toStringUtf8();
  }

  private static ByteString readBytes(DataInputStream in) throws IOException {
    int length = readLength(in);
    byte[] bytes;
    if (length <= SMALL_BYTES || length <= in.available()) {
      bytes = new byte[length];
      in.readFully(bytes);
    } else { // what is damaged must not take more memory than there is
      bytes = in.readNBytes(length);
    }
    if (bytes.length != length) {
      throw new IOException("damaged: a length of " + length);
    }
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static void writeLength(DataOutputStream out, int length) throws IOException {
    int left = length;
    while (left > SEVEN_BITS) {
      out.writeByte((left & SEVEN_BITS) | MORE);
      left >>>= BITS;
    }
    out.writeByte(left);
  }

  static int readLength(DataInputStream in) throws IOException {
    long length = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += BITS) {
      int next = in.readUnsignedByte();
      length |= (long) (next & SEVEN_BITS) << shift;
      if (next < MORE && length <= Integer.MAX_VALUE) {
        return (int) length;
      }
    }
    throw new IOException("damaged: a length of " + length);
  }
}
