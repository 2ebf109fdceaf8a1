package io.purpledb.backend;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Why a file or a directory cannot be used, in words and not in the names of exceptions. */
public final class FileReason {

  private FileReason() {}

  public static String of(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return "there is no " + missing.getFile();
    }
    if (e instanceof FileAlreadyExistsException other) {
      return other.getFile() + " is there, and no directory";
    }
    if (e instanceof AccessDeniedException denied) {
      return "this user may not use " + denied.getFile();
    }
    if (e instanceof NotDirectoryException file) {
      return file.getFile() + " is no directory";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason().toLowerCase(Locale.ROOT);
    }
    return e.getMessage() == null ? "it cannot be read or written" : e.getMessage();
  }
}
