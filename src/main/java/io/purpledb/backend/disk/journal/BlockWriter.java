package io.purpledb.backend.disk.journal;

import static io.purpledb.backend.disk.journal.Journal.BLOCK_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.TreeMap;

/** Writes blocks to their places in a file, neighbours together. */
final class BlockWriter {

  private static final int BUFFER_BYTES = 64 * BLOCK_BYTES;

  private final FileChannel file;
  private final ByteBuffer run = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long runStart;

  BlockWriter(FileChannel file) {
    this.file = file;
  }

  void write(Map<Long, byte[]> blocks) throws IOException {
    for (Map.Entry<Long, byte[]> block : new TreeMap<>(blocks).entrySet()) {
      long position = block.getKey() * BLOCK_BYTES;
      if (!run.hasRemaining() || position != runStart + run.position()) {
        flush();
        runStart = position;
      }
      run.put(block.getValue());
    }
    flush();
  }

  private void flush() throws IOException {
    run.flip();
    while (run.hasRemaining()) {
      file.write(run, runStart + run.position());
    }
    run.clear();
  }
}
