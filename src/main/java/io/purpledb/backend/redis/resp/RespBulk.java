package io.purpledb.backend.redis.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.Charset;

/** A string of Redis. Its bytes are handed out as they are, not copied: nobody else has them. */
public final class RespBulk implements Response {

  private final byte[] bytes;

  /**
   * @param bytes are kept, not copied
   */
  RespBulk(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public ResponseType type() {
    return ResponseType.BULK;
  }

  @Override
  public byte[] toBytes() {
    return bytes;
  }

  @Override
  public Buffer toBuffer() {
    return Buffer.buffer(bytes);
  }

  @Override
  public String toString() {
    return new String(bytes, UTF_8);
  }

  @Override
  public String toString(Charset encoding) {
    return new String(bytes, encoding);
  }
}
