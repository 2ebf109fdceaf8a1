package io.purpledb.backend.disk.database;

import io.purpledb.backend.disk.record.DamagedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The files of a database as they were opened. An open file can be written to when it was removed,
 * replaced or cut by somebody else, but a next opening would not find what was written.
 */
final class FilesInPlace {

  private final List<Opened> files = new ArrayList<>();

  /** A file, what identifies it (null where the system has no such thing), and its least size. */
  private record Opened(Path path, @Nullable Object key, LongSupplier leastBytes) {

    void check() throws IOException {
      BasicFileAttributes found;
      try {
        found = Files.readAttributes(path, BasicFileAttributes.class);
      } catch (NoSuchFileException e) {
        throw damaged("it was removed under the running server");
      }
      if (!Objects.equals(key, found.fileKey())) {
        throw damaged("it was replaced by another file under the running server");
      }
      if (found.size() < leastBytes.getAsLong()) {
        throw damaged(
            "it was cut to %d bytes under the running server (expected: at least %d)"
                .formatted(found.size(), leastBytes.getAsLong()));
      }
    }

    private DamagedFileException damaged(String reason) {
      return new DamagedFileException(path.toString(), reason);
    }
  }

  /**
   * Watches a file from now on.
   *
   * @param leastBytes how long it must be, at each check
   */
  void add(Path path, LongSupplier leastBytes) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    files.add(new Opened(path, key, leastBytes));
  }

  /**
   * Looks whether all are where they were.
   *
   * @throws DamagedFileException when one is not
   */
  void check() throws IOException {
    for (Opened file : files) {
      file.check();
    }
  }
}
