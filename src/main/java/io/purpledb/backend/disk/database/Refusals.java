package io.purpledb.backend.disk.database;

import io.purpledb.backend.disk.record.DamagedFileException;
import io.purpledb.backend.disk.record.DiskFullException;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/**
 * Why a database cannot be opened, in one line. What the process itself lacks, such as memory, is
 * never told as damage.
 *
 * @param directory of the database's files
 * @param file the database file
 * @param stem what the names of all its files begin with
 */
public record Refusals(Path directory, Path file, String stem) {

  /** The start failure that an exception means. */
  StartFailure of(Exception e) {
    if (isInUse(e)) {
      return failure(file + " is in use (expected: one server per directory)", e);
    }
    Throwable root = root(e);
    boolean outOfMemory =
        e instanceof SQLException sql && sql.getErrorCode() == ErrorCode.OUT_OF_MEMORY;
    if (outOfMemory || root instanceof OutOfMemoryError) {
      return failure(file + " does not fit into the heap (expected: a larger -Xmx)", e);
    }
    if (root instanceof Error || (root instanceof IOException && !isDamage(root))) {
      return failure(
          "%s cannot be opened: %s (expected: to read and write it)".formatted(file, reason(e)), e);
    }
    return damaged(reason(e), e);
  }

  /** Whether somebody else, maybe in this process, has the database open. */
  static boolean isInUse(Throwable e) {
    return e instanceof SQLException sql && sql.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1;
  }

  /**
   * Whether something failed because a part of the file cannot be read, and not because of what was
   * asked, of a disk that is full, or of a database that was closed.
   */
  public static boolean isUnreadable(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof DiskFullException || cause instanceof ClosedChannelException) {
        return false;
      }
    }
    Throwable root = root(e);
    return root instanceof IOException
        || (root instanceof MVStoreException failure && isOfReading(failure.getErrorCode()));
  }

  private static boolean isOfReading(int errorCode) {
    return switch (errorCode) {
      case DataUtils.ERROR_READING_FAILED,
          DataUtils.ERROR_INTERNAL,
          DataUtils.ERROR_FILE_CORRUPT,
          DataUtils.ERROR_SERIALIZATION,
          DataUtils.ERROR_CHUNK_NOT_FOUND,
          DataUtils.ERROR_BLOCK_NOT_FOUND ->
          true;
      default -> false;
    };
  }

  /** The failure of a database whose files are not as they were left. */
  private StartFailure damaged(String reason, Exception cause) {
    return failure(
        "%s is damaged: %s; restore all of %s.* from one backup, or move them away to start empty"
            .formatted(file, reason, directory.resolve(stem)),
        cause);
  }

  public static StartFailure failure(String text, Exception cause) {
    return StartFailure.wrongSurroundings("data-dir: " + text, cause);
  }

  /** The innermost reason of a failure, in one line. */
  public static String reason(Throwable e) {
    Throwable root = root(e);
    return root.getMessage() == null
        ? root.getClass().getSimpleName()
        : root.getMessage().lines().findFirst().orElse("");
  }

  private static boolean isDamage(Throwable root) {
    return root instanceof DamagedFileException;
  }

  /** The innermost cause. */
  public static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }
}
