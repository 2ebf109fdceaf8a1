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
  private final Journal journal;
  private final ByteBuffer run = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long runStart;

  /**
   * @param journal has those that are not in memory
   */
  BlockWriter(FileChannel file, Journal journal) {
    this.file = file;
    this.journal = journal;
  }

  void write(Map<Long, Block> blocks) throws IOException {
    for (Map.Entry<Long, Block> block : new TreeMap<>(blocks).entrySet()) {
      long position = block.getKey() * BLOCK_BYTES;
      if (!run.hasRemaining() || position != runStart + run.position()) {
        flush();
        runStart = position;
      }
      run.put(block.getValue().read(journal));
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
