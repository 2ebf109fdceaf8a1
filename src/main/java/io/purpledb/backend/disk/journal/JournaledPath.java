package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.Mark;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.LongSupplier;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/**
 * The H2 file system {@code journaled:}, which puts a {@link Journal} beside each database file:
 * {@code kv.journal} beside {@code kv.mv.db}.
 *
 * <p>Why: H2 writes a checkpoint as one large chunk into reused space, then its header. A power cut
 * (and rarely the death of the process) between two blocks of that leaves a file that H2 takes for
 * an older one or cannot read. With the journal the database file is only ever changed by what is
 * already durable.
 */
public final class JournaledPath extends FilePathWrapper {

  public static final String SCHEME = "journaled";

  private static final String DATABASE_SUFFIX = ".mv.db";

  /** Makes the scheme known to H2. Calling it again changes nothing. */
  public static void register() {
    FilePath.register(new JournaledPath());
  }

  /**
   * Tells how the files beside a database file must be when H2 opens it.
   *
   * @param name the file in the file system below the journal
   * @param journalBytes how long its journal may become before it is brought into the file
   * @param usableBytes the room that is left on its file system
   */
  public static void expect(String name, Mark mark, long journalBytes, LongSupplier usableBytes) {
    Companions.expect(realName(FilePath.get(name)), mark, journalBytes, usableBytes);
  }

  /**
   * A database file that H2 has open.
   *
   * @param name as above
   * @throws IllegalStateException when it has not
   */
  public static OpenDatabase inUse(String name) {
    JournaledFile file = named(name);
    if (file == null) {
      throw new IllegalStateException(name + " is not open");
    }
    return file;
  }

  /**
   * Closes a database file that H2 has left open and locked, which it does when an opening fails.
   *
   * @param name as above
   */
  public static void closeLeft(String name) throws IOException {
    JournaledFile left = named(name);
    if (left != null) {
      left.close();
    }
  }

  private static @Nullable JournaledFile named(String name) {
    return JournaledFile.named(realName(FilePath.get(name)));
  }

  /** The one name of a file, whatever links, dots or mounts lead to it. */
  private static String realName(FilePath file) {
    return file.toRealPath().toString();
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    FileChannel file = super.open(mode);
    String name = getBase().toString();
    if (mode.equals("r") || !name.endsWith(DATABASE_SUFFIX)) {
      return file;
    }
    String stem = name.substring(0, name.length() - DATABASE_SUFFIX.length());
    String realName = realName(getBase());
    return new JournaledFile(realName, file, new Companions(realName, stem));
  }
}
