package io.purpledb.server.grpc.message;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.purpledb.message.Bytes;
import io.purpledb.message.Failure;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.WireFormat;
import java.io.IOException;

/**
 * Turns the bytes of a message into protobuf. Decompresses by itself, because the size must be
 * bounded while the message inflates and not after.
 */
public final class MessageReader {

  public static final String IDENTITY = "identity";
  public static final String GZIP = "gzip";

  private final int maxBytes;

  /**
   * @param maxBytes the largest message, in bytes, compressed or not
   */
  public MessageReader(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  public int maxBytes() {
    return maxBytes;
  }

  /** Whether messages in an encoding can be read. */
  public static boolean accepts(String encoding) {
    return encoding.equals(IDENTITY) || encoding.equals(GZIP);
  }

  /** Reads a message; fails as invalid when it is malformed, as too large when it inflates. */
  public Message read(GrpcMessage message, Message prototype) {
    if (message.format() != WireFormat.PROTOBUF) {
      throw new Failure(
          Failure.Kind.UNSUPPORTED_MEDIA_TYPE,
          "content-type: a JSON message (expected: application/grpc, with protobuf messages)");
    }
    Buffer bytes = message.payload();
    try {
      return Bytes.parse(
          prototype.getParserForType(),
          message.encoding().equals(GZIP) ? Buffer.buffer(inflate(bytes.getBytes())) : bytes);
    } catch (InvalidProtocolBufferException e) {
      throw Failure.invalid(
          "message: %d bytes that are not protobuf: %s (expected: %s)"
              .formatted(
                  bytes.length(), e.getMessage(), prototype.getDescriptorForType().getFullName()));
    }
  }

  private byte[] inflate(byte[] compressed) {
    try {
      byte[] bytes = Gunzip.inflate(compressed, maxBytes);
      if (bytes.length > maxBytes) {
        throw Failure.tooLarge(
            "message: more than %d bytes after decompression (expected: at most %d bytes)"
                .formatted(maxBytes, maxBytes));
      }
      return bytes;
    } catch (IOException e) {
      throw notGzip(compressed, String.valueOf(e.getMessage()));
    }
  }

  private static Failure notGzip(byte[] bytes, String why) {
    return Failure.invalid(
        "message: %d bytes that are not gzip: %s (expected: what grpc-encoding says)"
            .formatted(bytes.length, why));
  }
}
