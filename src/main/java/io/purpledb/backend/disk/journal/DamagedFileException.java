package io.purpledb.backend.disk.journal;

import java.io.IOException;

/** A database file that is not what its journal expects. */
public final class DamagedFileException extends IOException {

  private static final long serialVersionUID = 1;

  public DamagedFileException(String message) {
    super(message);
  }
}
