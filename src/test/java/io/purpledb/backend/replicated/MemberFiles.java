package io.purpledb.backend.replicated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a member keeps on disk, and what may happen to it. */
final class MemberFiles {

  /** The header of a segment of the log. */
  private static final int HEADER_BYTES = 8;

  private static final int SUM_BYTES = 4;

  private MemberFiles() {}

  enum Kind {
    MEMBERS("members"),
    APPLIED("applied"),
    VOTE("raft-meta"),
    VOTE_COPY("vote"),
    CLOSED_SEGMENT("log_\\d+-\\d+"),
    OPEN_SEGMENT("log_inprogress_\\d+"),
    SNAPSHOT("snapshot\\.\\d+_\\d+"),
    CHECKSUM("snapshot\\.\\d+_\\d+\\.md5");

    private final Pattern name;

    Kind(String name) {
      this.name = Pattern.compile(name);
    }

    /** The files below a directory, the newest snapshot or the oldest segment first. */
    List<Path> of(Path directory) throws IOException {
      Comparator<Path> order = Comparator.comparingLong(MemberFiles::number);
      try (Stream<Path> files = Files.walk(directory)) {
        return files
            .filter(file -> name.matcher(file.getFileName().toString()).matches())
            .sorted(name.pattern().startsWith("snapshot") ? order.reversed() : order)
            .toList();
      }
    }
  }

  enum Loss {
    MISSING {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.delete(file);
      }
    },
    EMPTY {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    ZEROED {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.write(file, new byte[(int) Files.size(file)]);
      }
    },
    FOREIGN {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        Files.copy(other, file, StandardCopyOption.REPLACE_EXISTING);
      }
    },
    CUT {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(Math.max(0, used(file) - 10));
        }
      }
    },
    HALVED {
      @Override
      void happenTo(Path file, Path other) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(used(file) / 2);
        }
      }
    };

    abstract void happenTo(Path file, Path other) throws IOException;
  }

  /** The last number but the term in a name, 0 without any. */
  private static long number(Path file) {
    String digits = file.getFileName().toString().replaceAll("-\\d+$|\\.md5$", "");
    digits = digits.replaceAll(".*[^0-9]", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  /** The bytes of a file before those that are zero up to its end; at least 1. */
  static long used(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (used > 1 && bytes[used - 1] == 0) {
      used--;
    }
    return Math.max(1, used);
  }

  /** Where the second record of a segment begins. */
  static long secondRecord(Path segment) throws IOException {
    return behind(ByteBuffer.wrap(Files.readAllBytes(segment)), HEADER_BYTES);
  }

  /** Where the next record of a segment would begin. */
  static long end(Path segment) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
    int end = HEADER_BYTES;
    while (end < bytes.limit() && bytes.get(end) != 0) {
      end = behind(bytes, end);
    }
    return end;
  }

  private static int behind(ByteBuffer bytes, int position) {
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      byte part = bytes.get(position++);
      length |= (part & 0x7f) << shift;
      if (part >= 0) {
        return position + length + SUM_BYTES;
      }
    }
  }

  static void flip(Path file, long offset, int bit) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ (1 << bit)));
      channel.write(one.rewind(), offset);
    }
  }

  /**
   * What a kill leaves, when the directory is in use: all files of one moment. Old snapshots may be
   * removed meanwhile; then it begins anew.
   */
  static void copy(Path from, Path to) throws IOException {
    while (!isCopied(from, to)) {
      delete(to);
    }
  }

  private static boolean isCopied(Path from, Path to) throws IOException {
    List<Path> before = list(from);
    try {
      for (Path file : before) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (NoSuchFileException removed) {
      return false;
    }
    return list(from).equals(before);
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
