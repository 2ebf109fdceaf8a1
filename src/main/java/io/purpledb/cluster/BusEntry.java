package io.purpledb.cluster;

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

  byte[] toBytes() {
    Buffer bytes = Buffer.buffer().appendLong(version).appendByte((byte) (bus == null ? 0 : 1));
    if (bus != null) {
      bus.writeToBuffer(bytes);
    }
    bytes.appendInt(handlers.size());
    handlers.forEach(
        (address, numbers) -> {
          byte[] name = address.getBytes(StandardCharsets.UTF_8);
          bytes.appendInt(name.length).appendBytes(name).appendInt(numbers.length);
          LongStream.of(numbers).forEach(bytes::appendLong);
        });
    return bytes.getBytes();
  }

  static BusEntry of(byte[] bytes) {
    Buffer buffer = Buffer.buffer(bytes);
    int at = Long.BYTES;
    NodeInfo bus = null;
    if (buffer.getByte(at++) != 0) {
      bus = new NodeInfo();
      at = bus.readFromBuffer(at, buffer);
    }
    int addresses = buffer.getInt(at);
    at += Integer.BYTES;
    Map<String, long[]> handlers = new LinkedHashMap<>();
    for (int i = 0; i < addresses; i++) {
      int end = at + Integer.BYTES + buffer.getInt(at);
      String address = buffer.getString(at + Integer.BYTES, end);
      long[] numbers = new long[buffer.getInt(end)];
      at = end + Integer.BYTES;
      for (int j = 0; j < numbers.length; j++, at += Long.BYTES) {
        numbers[j] = buffer.getLong(at);
      }
      handlers.put(address, numbers);
    }
    return new BusEntry(buffer.getLong(0), bus, handlers);
  }
}
