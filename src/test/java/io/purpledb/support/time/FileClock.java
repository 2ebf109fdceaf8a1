package io.purpledb.support.time;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock that stands still until it is advanced, for several processes: its time is in a file that
 * all of them have in memory.
 */
public final class FileClock implements TimeMachine, InstantSource {

  private final ByteBuffer millis;

  private FileClock(ByteBuffer millis) {
    this.millis = millis;
  }

  /** A new clock in a new file. */
  public static FileClock create(Path file) {
    FileClock clock = open(file);
    clock.advance(Instant.parse("2000-01-01T00:00:00Z").toEpochMilli());
    return clock;
  }

  /** The clock that another process has made. */
  public static FileClock open(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new FileClock(channel.map(MapMode.READ_WRITE, 0, Long.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public InstantSource clock() {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.getLong(0));
  }

  @Override
  public void advance(long by) {
    millis.putLong(0, millis.getLong(0) + by);
  }

  @Override
  public long graceMillis() {
    return 1;
  }
}
