package io.purpledb.backend.disk.journal;

import io.purpledb.backend.disk.record.Slots;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Changes the numbers in the heads of files, for tests. */
public final class Heads {

  private static final int BOOT = 4;
  private static final int FIRST_NUMBERS = 6;

  private Heads() {}

  /** Makes a mark that of another start of the operating system, as after a power cut. */
  public static void anotherBoot(Path state) throws IOException {
    change(state, numbers -> numbers.set(BOOT, ~numbers.get(BOOT)));
  }

  /** Leaves out of a mark what its first version had not. */
  public static void firstVersion(Path state) throws IOException {
    change(state, numbers -> numbers.subList(FIRST_NUMBERS, numbers.size()).clear());
  }

  /** Changes the numbers of a file if it is there. */
  public static void change(Path path, Consumer<List<Long>> change) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Slots slots = new Slots(file, String.valueOf(path.getFileName()));
      Slots.Slot slot = slots.read();
      List<Long> numbers = new ArrayList<>(slot.numbers());
      change.accept(numbers);
      slots.write(slot.id(), numbers);
    }
  }
}
