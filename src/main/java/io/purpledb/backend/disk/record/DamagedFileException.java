package io.purpledb.backend.disk.record;

import java.io.IOException;

/** A file that is not as it was left: cut, overwritten, exchanged, or hit by a failing device. */
public final class DamagedFileException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * @param file the name of the file
   * @param reason what was found and what was expected
   */
  public DamagedFileException(String file, String reason) {
    super(file + ": " + reason);
  }
}
