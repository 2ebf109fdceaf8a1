package io.purpledb.backend.replicated.wire;

import io.purpledb.engine.entry.Key;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one commit as bytes. Most of them are of one name, or are one key: so a byte says
 * what a key has in common with the one before it, and only the rest follows.
 */
final class KeyCodec {

  private static final int IN_FULL = 0;
  private static final int SAME = 1;
  private static final int OF_NAME = 2;
  private static final int OTHER_ITEM = 3;

  private final boolean inFull;
  private @Nullable Key last;

  private KeyCodec(boolean inFull) {
    this.inFull = inFull;
  }

  /** For the keys of a commit. */
  static KeyCodec ofCommit() {
    return new KeyCodec(false);
  }

  /** For keys without that byte, each in full, as releases before wrote those of commits, too. */
  static KeyCodec inFull() {
    return new KeyCodec(true);
  }

  void write(DataOutputStream out, Key key) throws IOException {
    Key before = last;
    last = key;
    if (inFull) {
      EntryCodec.writeKey(out, key);
    } else if (before == null || !before.ofName().equals(key.ofName())) {
      out.writeByte(IN_FULL);
      EntryCodec.writeKey(out, key);
    } else if (before.equals(key)) {
      out.writeByte(SAME);
    } else if (key.item().isEmpty()) {
      out.writeByte(OF_NAME);
    } else {
      out.writeByte(OTHER_ITEM);
      EntryCodec.writeText(out, key.item());
    }
  }

  Key read(DataInputStream in) throws IOException {
    int form = inFull ? IN_FULL : in.readUnsignedByte();
    Key before = last;
    Key key;
    if (form == IN_FULL) {
      key = EntryCodec.readKey(in);
    } else if (before == null || form > OTHER_ITEM) {
      throw new IOException("a key of form " + form);
    } else if (form == SAME) {
      key = before;
    } else if (form == OF_NAME) {
      key = before.ofName();
    } else {
      String item = EntryCodec.readText(in);
      key = new Key(before.namespace(), before.service(), before.name(), item);
    }
    last = key;
    return key;
  }
}
