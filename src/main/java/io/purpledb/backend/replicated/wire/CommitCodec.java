package io.purpledb.backend.replicated.wire;

import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What an engine is asked for, as bytes. */
final class CommitCodec {

  private static final int ABSENT = 1;
  private static final int PRESENT = 2;
  private static final int HAS_VERSION = 3;
  private static final int WITHIN = 4;

  private static final int PUT = 1;
  private static final int DELETE = 2;
  private static final int ADD = 3;
  private static final int TOUCH = 4;
  private static final int DELETE_RANGE = 5;

  private CommitCodec() {}

  static void writeCommit(DataOutputStream out, Commit commit) throws IOException {
    KeyCodec keys = KeyCodec.ofCommit();
    EntryCodec.writeLength(out, commit.checks().size());
    for (Check check : commit.checks()) {
      writeCheck(out, keys, check);
    }
    EntryCodec.writeLength(out, commit.changes().size());
    for (Change change : commit.changes()) {
      writeChange(out, keys, change);
    }
    writeKeys(out, keys, commit.reads());
    writeKeys(out, keys, commit.itemsOf());
  }

  static Commit readCommit(DataInputStream in) throws IOException {
    KeyCodec keys = KeyCodec.ofCommit();
    return new Commit(
        readChecks(in, keys), readChanges(in, keys), readKeys(in, keys), readKeys(in, keys));
  }

  /** As releases before wrote it, which knew no items. */
  static Commit readOldCommit(DataInputStream in) throws IOException {
    KeyCodec keys = KeyCodec.inFull();
    return new Commit(readChecks(in, keys), readChanges(in, keys), readKeys(in, keys));
  }

  private static List<Check> readChecks(DataInputStream in, KeyCodec keys) throws IOException {
    List<Check> checks = new ArrayList<>();
    for (int left = EntryCodec.readLength(in); left > 0; left--) {
      checks.add(readCheck(in, keys));
    }
    return checks;
  }

  private static List<Change> readChanges(DataInputStream in, KeyCodec keys) throws IOException {
    List<Change> changes = new ArrayList<>();
    for (int left = EntryCodec.readLength(in); left > 0; left--) {
      changes.add(readChange(in, keys));
    }
    return changes;
  }

  private static void writeCheck(DataOutputStream out, KeyCodec keys, Check check)
      throws IOException {
    if (check instanceof Check.Absent) {
      out.writeByte(ABSENT);
      keys.write(out, check.key());
    } else if (check instanceof Check.Present) {
      out.writeByte(PRESENT);
      keys.write(out, check.key());
    } else if (check instanceof Check.HasVersion version) {
      out.writeByte(HAS_VERSION);
      keys.write(out, check.key());
      out.writeLong(version.version());
    } else {
      Check.Within within = (Check.Within) check;
      out.writeByte(WITHIN);
      keys.write(out, check.key());
      out.writeLong(within.min());
      out.writeLong(within.max());
    }
  }

  private static Check readCheck(DataInputStream in, KeyCodec keys) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case ABSENT -> new Check.Absent(keys.read(in));
      case PRESENT -> new Check.Present(keys.read(in));
      case HAS_VERSION -> new Check.HasVersion(keys.read(in), in.readLong());
      case WITHIN -> new Check.Within(keys.read(in), in.readLong(), in.readLong());
      default -> throw new IOException("a check of kind " + kind);
    };
  }

  private static void writeChange(DataOutputStream out, KeyCodec keys, Change change)
      throws IOException {
    if (change instanceof Change.Put put) {
      out.writeByte(PUT);
      keys.write(out, put.key());
      EntryCodec.writeValue(out, put.value());
      EntryCodec.writeDescription(out, put.description());
      out.writeLong(put.ttlMillis());
    } else if (change instanceof Change.Delete) {
      out.writeByte(DELETE);
      keys.write(out, change.key());
    } else if (change instanceof Change.Add add) {
      out.writeByte(ADD);
      keys.write(out, add.key());
      out.writeLong(add.amount());
      out.writeLong(add.min());
      out.writeLong(add.max());
    } else if (change instanceof Change.Touch touch) {
      out.writeByte(TOUCH);
      keys.write(out, touch.key());
      out.writeLong(touch.ttlMillis());
    } else {
      out.writeByte(DELETE_RANGE);
      writeRange(out, keys, ((Change.DeleteRange) change).range());
    }
  }

  private static Change readChange(DataInputStream in, KeyCodec keys) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case PUT ->
          new Change.Put(
              keys.read(in),
              EntryCodec.readValue(in),
              EntryCodec.readDescription(in),
              in.readLong());
      case DELETE -> new Change.Delete(keys.read(in));
      case ADD -> new Change.Add(keys.read(in), in.readLong(), in.readLong(), in.readLong());
      case TOUCH -> new Change.Touch(keys.read(in), in.readLong());
      case DELETE_RANGE -> new Change.DeleteRange(readRange(in, keys));
      default -> throw new IOException("a change of kind " + kind);
    };
  }

  static void writeClaim(DataOutputStream out, Claim claim) throws IOException {
    writeRange(out, KeyCodec.inFull(), claim.range());
    out.writeInt(claim.limit());
    EntryCodec.writeText(out, claim.name());
    EntryCodec.writeText(out, claim.itemPrefix());
  }

  static Claim readClaim(DataInputStream in) throws IOException {
    return new Claim(
        readRange(in, KeyCodec.inFull()),
        in.readInt(),
        EntryCodec.readText(in),
        EntryCodec.readText(in));
  }

  static void writeScan(DataOutputStream out, Scan scan) throws IOException {
    Key after = scan.after();
    writeRange(out, KeyCodec.inFull(), scan.range());
    writeKeys(out, after == null ? List.of() : List.of(after));
    out.writeInt(scan.limit());
    out.writeBoolean(scan.reverse());
  }

  static Scan readScan(DataInputStream in) throws IOException {
    Range range = readRange(in, KeyCodec.inFull());
    List<Key> after = readKeys(in);
    return new Scan(range, after.isEmpty() ? null : after.get(0), in.readInt(), in.readBoolean());
  }

  static void writeKeys(DataOutputStream out, List<Key> keys) throws IOException {
    writeKeys(out, KeyCodec.inFull(), keys);
  }

  private static void writeKeys(DataOutputStream out, KeyCodec codec, List<Key> keys)
      throws IOException {
    EntryCodec.writeLength(out, keys.size());
    for (Key key : keys) {
      codec.write(out, key);
    }
  }

  static List<Key> readKeys(DataInputStream in) throws IOException {
    return readKeys(in, KeyCodec.inFull());
  }

  private static List<Key> readKeys(DataInputStream in, KeyCodec codec) throws IOException {
    List<Key> keys = new ArrayList<>();
    for (int left = EntryCodec.readLength(in); left > 0; left--) {
      keys.add(codec.read(in));
    }
    return keys;
  }

  private static void writeRange(DataOutputStream out, KeyCodec keys, Range range)
      throws IOException {
    keys.write(out, range.from());
    keys.write(out, range.to());
  }

  private static Range readRange(DataInputStream in, KeyCodec keys) throws IOException {
    return new Range(keys.read(in), keys.read(in));
  }
}
