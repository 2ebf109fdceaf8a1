package io.purpledb.backend.disk.journal;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/**
 * A lock that ends when its file is closed. H2 releases its lock just before it closes the file,
 * but closing still writes to it.
 */
final class HeldUntilClosed extends FileLock {

  private final FileLock lock;

  HeldUntilClosed(FileChannel file, FileLock lock) {
    super(file, lock.position(), lock.size(), lock.isShared());
    this.lock = lock;
  }

  @Override
  public boolean isValid() {
    return lock.isValid();
  }

  @Override
  public void release() {}
}
