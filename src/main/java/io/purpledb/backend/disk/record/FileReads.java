package io.purpledb.backend.disk.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads of a file by position, whole. */
public final class FileReads {

  /** Fills a buffer; what is past the end of the file is zero. */
  public static void readFully(FileChannel from, ByteBuffer target, long position)
      throws IOException {
    int start = target.position();
    while (target.hasRemaining()) {
      if (from.read(target, position + target.position() - start) < 0) {
        target.put(new byte[target.remaining()]);
      }
    }
  }

  private FileReads() {}
}
