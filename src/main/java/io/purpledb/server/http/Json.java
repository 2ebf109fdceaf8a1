package io.purpledb.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;

/** JSON texts of answers, written straight into their buffer. */
final class Json {

  private static final JsonFactory GENERATORS = new JsonFactory();

  private Json() {}

  /** Writes the members of an object. */
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** The text of an object. */
  static Buffer object(Members members) {
    Buffer text = Buffer.buffer();
    try (JsonGenerator json = GENERATORS.createGenerator(new IntoBuffer(text))) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a buffer in memory cannot be written", e);
    }
    return text;
  }

  private static final class IntoBuffer extends OutputStream {

    private final Buffer buffer;

    IntoBuffer(Buffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public void write(int b) {
      buffer.appendByte((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      buffer.appendBytes(bytes, offset, length);
    }
  }
}
