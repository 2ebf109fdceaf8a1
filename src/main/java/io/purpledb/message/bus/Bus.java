package io.purpledb.message.bus;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.purpledb.message.Bytes;
import io.purpledb.message.Failure;
import io.purpledb.message.Operation;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import java.util.List;
import java.util.stream.Stream;

/** The addresses of the event bus and the form of the messages on it; docs/event-bus.md. */
public final class Bus {

  /** The header of a plain JSON message that names its operation, such as {@code kvGet}. */
  public static final String OPERATION = "operation";

  /** The operation that asks an address whether it can serve. */
  public static final String HEALTH = "health";

  /** Where a node of a cluster tells, within its process, who is there. */
  public static final String CLUSTER = "purple.cluster";

  private Bus() {}

  /** The public address of a service: {@code purple.kv}. */
  public static String service(String service) {
    return "purple." + service;
  }

  /** The address of a backend of a service: {@code purple.backend.disk.kv}. */
  public static String backend(String backend, String service) {
    return "purple.backend." + backend + "." + service;
  }

  /**
   * The address of the instance that runs on the calling event loop. A hop to a consumer on the
   * same loop costs about 1 µs, to another one about 66 µs when the machine is idle.
   */
  static String onThisLoop(String address) {
    return address + "." + Thread.currentThread().getId();
  }

  /**
   * Teaches an event bus the messages of purple.v1: by reference to a local consumer, as protobuf
   * bytes to another node. Calling it again changes nothing.
   */
  public static void registerCodecs(Vertx vertx) {
    registerCodecs(vertx, Integer.MAX_VALUE);
  }

  /**
   * The same with a bound for what other nodes are sent: a response that is larger is refused as
   * too large; the other node would close the connection that it comes over.
   *
   * @param maxBytes of its protobuf form
   */
  public static void registerCodecs(Vertx vertx, int maxBytes) {
    if (vertx.sharedData().getLocalMap("purple.bus").putIfAbsent("codecs", true) == null) {
      registerCodecs(vertx, Operation.ALL, maxBytes);
      vertx.eventBus().registerDefaultCodec(LocalCall.class, new LocalCall.Codec());
    }
  }

  /** Teaches an event bus the messages of other operations than Purple's, once. */
  public static void registerCodecs(Vertx vertx, List<Operation> operations, int maxBytes) {
    operations.stream()
        .flatMap(operation -> Stream.of(operation.request(), operation.response()))
        .forEach(prototype -> register(vertx.eventBus(), prototype, maxBytes));
  }

  @SuppressWarnings("unchecked") // the prototype's class is the message's class
  private static <M extends Message> void register(EventBus bus, M prototype, int maxBytes) {
    bus.registerDefaultCodec((Class<M>) prototype.getClass(), codec(prototype, maxBytes));
  }

  /** The wire form of one type of message: its length in 4 bytes, then its protobuf bytes. */
  static <M extends Message> MessageCodec<M, M> codec(M prototype, int maxBytes) {
    return new Codec<>(prototype, maxBytes);
  }

  /** A protobuf message: immutable, so a local consumer gets the sender's own object. */
  private record Codec<M extends Message>(M prototype, int maxBytes) implements MessageCodec<M, M> {

    @Override
    public void encodeToWire(Buffer buffer, M message) {
      int size = message.getSerializedSize();
      if (size > maxBytes) {
        throw new Failure(
            Failure.Kind.ANSWER_TOO_LARGE,
            "%s: %d bytes (expected: at most %d between the nodes of a cluster); what was asked for is done"
                .formatted(name(), size, maxBytes));
      }
      byte[] bytes = message.toByteArray();
      buffer.appendInt(bytes.length).appendBytes(bytes);
    }

    @Override
    @SuppressWarnings("unchecked") // parsed by the prototype's own parser
    public M decodeFromWire(int position, Buffer buffer) {
      int start = position + Integer.BYTES;
      int length = buffer.getInt(position);
      if (length < 0 || length > buffer.length() - start) { // a stranger's: not to be believed
        throw new IllegalArgumentException("not a " + name() + ": a length of " + length);
      }
      Buffer bytes = buffer.slice(start, start + length);
      try {
        return (M) Bytes.parse(prototype.getParserForType(), bytes);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalArgumentException("not a " + name() + ": " + e.getMessage(), e);
      }
    }

    @Override
    public M transform(M message) {
      return message;
    }

    @Override
    public String name() {
      return prototype.getDescriptorForType().getFullName();
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
