package io.purpledb.support;

/** What a test says that pins a fault of a library, when a new version has mended it. */
public final class LibraryFault {

  private LibraryFault() {}

  /**
   * The text of a failed assertion.
   *
   * @param what the library does now, such as {@code an empty unary call is answered}
   */
  public static String mended(String what) {
    return what + " now: see docs/decisions.md, Parts of our own, for what may be dropped";
  }
}
