package io.purpledb.server.http.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.util.concurrent.FastThreadLocal;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;

/**
 * JSON texts of answers, written straight into their buffer. Each event loop keeps one generator:
 * to make one for each answer cost a tenth of a small request.
 */
public final class Json {

  private static final JsonFactory GENERATORS = new JsonFactory();
  private static final int USUAL_BYTES = 256;

  private static final FastThreadLocal<Json> ON_THIS_THREAD =
      new FastThreadLocal<>() {
        @Override
        protected Json initialValue() throws IOException {
          return new Json();
        }
      };

  private final Target target = new Target();
  private final JsonGenerator generator;

  private Json() throws IOException {
    generator = GENERATORS.createGenerator(target);
    generator.setRootValueSeparator(null); // each text begins anew
  }

  /** Writes the members of an object. */
  public interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** The text of an object. */
  public static Buffer object(Members members) {
    Buffer text = Buffer.buffer(USUAL_BYTES);
    write(members, new IntoBuffer(text));
    return text;
  }

  private static void write(Members members, OutputStream text) {
    Json json = ON_THIS_THREAD.get();
    try {
      json.writeTo(text, members);
    } catch (IOException | RuntimeException e) {
      ON_THIS_THREAD.remove(); // half a text is in it
      throw new IllegalStateException("not written as JSON: " + e.getMessage(), e);
    }
  }

  private void writeTo(OutputStream text, Members members) throws IOException {
    target.text = text;
    generator.writeStartObject();
    members.write(generator);
    generator.writeEndObject();
    generator.flush();
    target.text = OutputStream.nullOutputStream();
  }

  /** Where the generator writes to, always the same. */
  private static final class Target extends OutputStream {

    private OutputStream text = OutputStream.nullOutputStream();

    @Override
    public void write(int b) throws IOException {
      text.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      text.write(bytes, offset, length);
    }
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
