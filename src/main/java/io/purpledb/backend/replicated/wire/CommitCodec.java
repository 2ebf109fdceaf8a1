package io.purpledb.backend.replicated.wire;

import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Key;
import io.purpledb.engine.Range;
import io.purpledb.engine.Scan;
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
    EntryCodec.writeLength(out, commit.checks().size());
    for (Check check : commit.checks()) {
      writeCheck(out, check);
    }
    EntryCodec.writeLength(out, commit.changes().size());
    for (Change change : commit.changes()) {
      writeChange(out, change);
    }
    writeKeys(out, commit.reads());
  }

  static Commit readCommit(DataInputStream in) throws IOException {
    List<Check> checks = new ArrayList<>();
    for (int left = EntryCodec.readLength(in); left > 0; left--) {
      checks.add(readCheck(in));
    }
    List<Change> changes = new ArrayList<>();
    for (int left = EntryCodec.readLength(in); left > 0; left--) {
      changes.add(readChange(in));
    }
    return new Commit(checks, changes, readKeys(in));
  }

  private static void writeCheck(DataOutputStream out, Check check) throws IOException {
    if (check instanceof Check.Absent) {
      out.writeByte(ABSENT);
      EntryCodec.writeKey(out, check.key());
    } else if (check instanceof Check.Present) {
      out.writeByte(PRESENT);
      EntryCodec.writeKey(out, check.key());
    } else if (check instanceof Check.HasVersion version) {
      out.writeByte(HAS_VERSION);
      EntryCodec.writeKey(out, check.key());
      out.writeLong(version.version());
    } else {
      Check.Within within = (Check.Within) check;
      out.writeByte(WITHIN);
      EntryCodec.writeKey(out, check.key());
      out.writeLong(within.min());
      out.writeLong(within.max());
    }
  }

  private static Check readCheck(DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case ABSENT -> new Check.Absent(EntryCodec.readKey(in));
      case PRESENT -> new Check.Present(EntryCodec.readKey(in));
      case HAS_VERSION -> new Check.HasVersion(EntryCodec.readKey(in), in.readLong());
      case WITHIN -> new Check.Within(EntryCodec.readKey(in), in.readLong(), in.readLong());
      default -> throw new IOException("a check of kind " + kind);
    };
  }

  private static void writeChange(DataOutputStream out, Change change) throws IOException {
    if (change instanceof Change.Put put) {
      out.writeByte(PUT);
      EntryCodec.writeKey(out, put.key());
      EntryCodec.writeValue(out, put.value());
      EntryCodec.writeDescription(out, put.description());
      out.writeLong(put.ttlMillis());
    } else if (change instanceof Change.Delete) {
      out.writeByte(DELETE);
      EntryCodec.writeKey(out, change.key());
    } else if (change instanceof Change.Add add) {
      out.writeByte(ADD);
      EntryCodec.writeKey(out, add.key());
      out.writeLong(add.amount());
      out.writeLong(add.min());
      out.writeLong(add.max());
    } else if (change instanceof Change.Touch touch) {
      out.writeByte(TOUCH);
      EntryCodec.writeKey(out, touch.key());
      out.writeLong(touch.ttlMillis());
    } else {
      out.writeByte(DELETE_RANGE);
      writeRange(out, ((Change.DeleteRange) change).range());
    }
  }

  private static Change readChange(DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case PUT ->
          new Change.Put(
              EntryCodec.readKey(in),
              EntryCodec.readValue(in),
              EntryCodec.readDescription(in),
              in.readLong());
      case DELETE -> new Change.Delete(EntryCodec.readKey(in));
      case ADD ->
          new Change.Add(EntryCodec.readKey(in), in.readLong(), in.readLong(), in.readLong());
      case TOUCH -> new Change.Touch(EntryCodec.readKey(in), in.readLong());
      case DELETE_RANGE -> new Change.DeleteRange(readRange(in));
      default -> throw new IOException("a change of kind " + kind);
    };
  }

  static void writeClaim(DataOutputStream out, Claim claim) throws IOException {
    writeRange(out, claim.range());
    out.writeInt(claim.limit());
    EntryCodec.writeText(out, claim.name());
    EntryCodec.writeText(out, claim.itemPrefix());
  }

  static Claim readClaim(DataInputStream in) throws IOException {
    return new Claim(readRange(in), in.readInt(), EntryCodec.readText(in), EntryCodec.readText(in));
  }

  static void writeScan(DataOutputStream out, Scan scan) throws IOException {
    Key after = scan.after();
    writeRange(out, scan.range());
    writeKeys(out, after == null ? List.of() : List.of(after));
    out.writeInt(scan.limit());
    out.writeBoolean(scan.reverse());
  }

  static Scan readScan(DataInputStream in) throws IOException {
    Range range = readRange(in);
    List<Key> after = readKeys(in);
    return new Scan(range, after.isEmpty() ? null : after.get(0), in.readInt(), in.readBoolean());
  }

  static void writeKeys(DataOutputStream out, List<Key> keys) throws IOException {
    EntryCodec.writeLength(out, keys.size());
    for (Key key : keys) {
      EntryCodec.writeKey(out, key);
    }
  }

  static List<Key> readKeys(DataInputStream in) throws IOException {
    List<Key> keys = new ArrayList<>();
    for (int left = EntryCodec.readLength(in); left > 0; left--) {
      keys.add(EntryCodec.readKey(in));
    }
    return keys;
  }

  private static void writeRange(DataOutputStream out, Range range) throws IOException {
    EntryCodec.writeKey(out, range.from());
    EntryCodec.writeKey(out, range.to());
  }

  private static Range readRange(DataInputStream in) throws IOException {
    return new Range(EntryCodec.readKey(in), EntryCodec.readKey(in));
  }
}
