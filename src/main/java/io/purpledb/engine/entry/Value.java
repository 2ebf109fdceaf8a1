package io.purpledb.engine.entry;

import com.google.protobuf.ByteString;

/** What an entry holds: bytes, or a number that can be added to. */
public sealed interface Value {

  /**
   * Bytes, which an engine does not look into.
   *
   * @param content not changed any more
   */
  record OfBytes(ByteString content) implements Value {}

  /** A signed 64-bit number. */
  record OfNumber(long number) implements Value {}
}
