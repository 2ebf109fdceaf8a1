package io.purpledb.cluster.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What one node says of its event bus.
 *
 * @param version how often it has said something else before: of two entries the higher one holds
 * @param bus where its event bus listens; null until it does
 * @param handlers the numbers of its handlers, by address
 */
record BusEntry(long version, @Nullable NodeInfo bus, Map<String, long[]> handlers) {

  /** What a node says that has just joined. */
  static final BusEntry NOTHING = new BusEntry(0, null, Map.of());

  /** The next entry, with another place of the event bus. */
  BusEntry at(NodeInfo place) {
    return new BusEntry(version + 1, place, handlers);
  }

  /** The next entry, with one more handler. */
  BusEntry with(String address, long handler) {
    long[] before = handlers.getOrDefault(address, new long[0]);
    return with(address, LongStream.concat(LongStream.of(before), LongStream.of(handler)));
  }

  /** The next entry, without a handler. */
  BusEntry without(String address, long handler) {
    long[] before = handlers.getOrDefault(address, new long[0]);
    return with(address, LongStream.of(before).filter(other -> other != handler));
  }

  private BusEntry with(String address, LongStream numbers) {
    Map<String, long[]> next = new LinkedHashMap<>(handlers);
    long[] all = numbers.toArray();
    if (all.length == 0) {
      next.remove(address);
    } else {
      next.put(address, all);
    }
    return new BusEntry(version + 1, bus, next);
  }

  /** The handlers at an address, as Vert.x names them. */
  List<RegistrationInfo> registrations(String address, String node) {
    return LongStream.of(handlers.getOrDefault(address, new long[0]))
        .mapToObj(handler -> new RegistrationInfo(node, handler, false))
        .toList();
  }

  static BusEntry later(BusEntry one, BusEntry other) {
    return other.version() > one.version() ? other : one;
  }

  private void writeTo(Buffer bytes) {
    bytes.appendLong(version).appendByte((byte) (bus == null ? 0 : 1));
    if (bus != null) {
      bus.writeToBuffer(bytes);
    }
    bytes.appendInt(handlers.size());
    handlers.forEach(
        (address, numbers) -> {
          appendText(bytes, address);
          bytes.appendInt(numbers.length);
          LongStream.of(numbers).forEach(bytes::appendLong);
        });
  }

  private static BusEntry read(Buffer bytes, int start) {
    int at = start + Long.BYTES;
    NodeInfo bus = null;
    if (bytes.getByte(at++) != 0) {
      bus = new NodeInfo();
      at = bus.readFromBuffer(at, bytes);
    }
    int addresses = bytes.getInt(at);
    at += Integer.BYTES;
    Map<String, long[]> handlers = new LinkedHashMap<>();
    for (int i = 0; i < addresses; i++) {
      String address = text(bytes, at);
      at = endOfText(bytes, at);
      long[] numbers = new long[bytes.getInt(at)];
      at += Integer.BYTES;
      for (int j = 0; j < numbers.length; j++, at += Long.BYTES) {
        numbers[j] = bytes.getLong(at);
      }
      handlers.put(address, numbers);
    }
    return new BusEntry(bytes.getLong(start), bus, handlers);
  }

  private static void appendText(Buffer bytes, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    bytes.appendInt(utf8.length).appendBytes(utf8);
  }

  private static String text(Buffer bytes, int at) {
    return bytes.getString(at + Integer.BYTES, endOfText(bytes, at));
  }

  private static int endOfText(Buffer bytes, int at) {
    return at + Integer.BYTES + bytes.getInt(at);
  }

  /**
   * An entry on its way to other nodes.
   *
   * @param node whose it is
   * @param isQuestion whether whoever gets it is to say its own
   */
  record Said(String node, boolean isQuestion, BusEntry entry) {

    byte[] toBytes() {
      Buffer bytes = Buffer.buffer().appendByte((byte) (isQuestion ? 1 : 0));
      appendText(bytes, node);
      entry.writeTo(bytes);
      return bytes.getBytes();
    }

    static Said of(byte[] array) {
      Buffer bytes = Buffer.buffer(array);
      return new Said(text(bytes, 1), bytes.getByte(0) != 0, read(bytes, endOfText(bytes, 1)));
    }
  }
}
