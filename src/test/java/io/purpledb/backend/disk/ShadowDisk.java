package io.purpledb.backend.disk;

import io.purpledb.support.TestConfigs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * The H2 file system {@code shadow:}, a disk whose power can be cut: beside each real file it keeps
 * what of it was forced, and the writes since then in order. See {@link Shadow} for faults.
 */
public final class ShadowDisk extends FilePathWrapper {

  private static final Map<String, Shadow> FILES = new ConcurrentHashMap<>();

  static void register() {
    FilePath.register(new ShadowDisk());
  }

  /** The shadow of a file. */
  static Shadow of(Path file) {
    return FILES.computeIfAbsent(realName(file), name -> new Shadow());
  }

  /** The one name of a file, whatever links and dots lead to it. */
  private static String realName(Path file) {
    return FilePath.get(file.toString()).toRealPath().toString();
  }

  /** Fills the disk, or frees it again, for the files that are there and those to come. */
  static void full(Path directory, boolean now) {
    forEach(directory, shadow -> shadow.full(now));
  }

  /** Makes the file system read-only, or writable again. */
  static void readOnly(Path directory, boolean now) {
    forEach(directory, shadow -> shadow.readOnly(now));
  }

  private static void forEach(Path directory, Consumer<Shadow> action) {
    List<String> stems = new ArrayList<>(TestConfigs.SERVICES);
    stems.add(DiskEngine.STEM);
    for (String service : stems) {
      for (String suffix : List.of(".mv.db", ".sums", ".journal", ".redo", ".state")) {
        action.accept(of(directory.resolve(service + suffix)));
      }
    }
  }

  /** Frees what is kept of the files in a directory that is not used any more. */
  static void forget(Path directory) {
    FILES.keySet().removeIf(name -> directory.equals(Path.of(name).getParent()));
  }

  /**
   * Cuts the power: writes what a restart would find of the files in a directory to another one.
   *
   * @param torn decides which blocks of the writes that were not forced made it to the device
   */
  static void cutPower(Path directory, Path found, Random torn) {
    cutPower(directory, found, shadow -> shadow.afterPowerCut(torn));
  }

  /**
   * Cuts the power.
   *
   * @param landed whether the next block that was not forced made it to the device
   */
  static void cutPower(Path directory, Path found, BooleanSupplier landed) {
    cutPower(directory, found, shadow -> shadow.afterPowerCut(landed));
  }

  private static void cutPower(Path directory, Path found, Function<Shadow, byte[]> after) {
    synchronized (Shadow.POWER) {
      FILES.forEach(
          (name, shadow) -> {
            Path file = Path.of(name);
            if (directory.equals(file.getParent()) && shadow.everForced()) {
              write(found.resolve(file.getFileName()), after.apply(shadow));
            }
          });
    }
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String getScheme() {
    return "shadow";
  }

  /** For good: no power cut brings it back. */
  @Override
  public void delete() {
    super.delete();
    FILES.remove(realName(Path.of(getBase().toString())));
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new ShadowedFile(super.open(mode), of(Path.of(getBase().toString())));
  }

  /** A real file that tells its shadow what happens to it. */
  private static final class ShadowedFile extends FileBaseDefault {

    private final FileChannel real;
    private final Shadow shadow;

    ShadowedFile(FileChannel real, Shadow shadow) {
      this.real = real;
      this.shadow = shadow;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // no position is shared
    public int read(ByteBuffer target, long position) throws IOException {
      return real.read(target, position);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // no position is shared
    public int write(ByteBuffer source, long position) throws IOException {
      if (shadow.full() && position + source.remaining() > real.size()) {
        throw new IOException("No space left on device");
      }
      requireWritable();
      byte[] bytes = new byte[source.remaining()];
      source.duplicate().get(bytes);
      shadow.write(position, bytes);
      while (source.hasRemaining()) {
        real.write(source, position + bytes.length - source.remaining());
      }
      return bytes.length;
    }

    private void requireWritable() throws IOException {
      if (shadow.readOnly()) {
        throw new IOException("Read-only file system");
      }
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      requireWritable();
      shadow.truncate(size);
      real.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      shadow.force();
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
