package io.purpledb.server.wire.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.purpledb.support.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderBlocksTest {

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int END = RawHttp2.END_HEADERS;

  private final EmbeddedChannel channel = new EmbeddedChannel(new HeaderBlocks(8 << 10));
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private void frame(int type, int flags, int stream, int bytes) throws IOException {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (i + stream);
    }
    RawHttp2.frame(sent, type, flags, stream, payload);
  }

  private byte[] received() {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
      all.writeBytes(part);
      part.release();
    }
    return ByteBufUtil.getBytes(all);
  }

  private void receive(byte[] bytes, int piece) {
    for (int at = 0; at < bytes.length; at += piece) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 9, 10, 13, 24, 33, 100, 1_000, 100_000})
  void whatIsNotTooLargeComesAsItWasSentInAnyPieces(int piece) throws Exception {
    sent.write(PREFACE);
    frame(RawHttp2.SETTINGS, 0, 0, 0);
    frame(RawHttp2.HEADERS, END, 1, 50);
    frame(RawHttp2.HEADERS, 0, 3, 40);
    frame(RawHttp2.CONTINUATION, 0, 3, 9_000);
    frame(RawHttp2.CONTINUATION, END, 3, 0);
    frame(RawHttp2.DATA, 0, 1, 300);
    frame(RawHttp2.HEADERS, 0, 5, 0);
    frame(RawHttp2.DATA, 0, 1, 3); // not allowed there, which is for others to say
    frame(RawHttp2.CONTINUATION, END, 5, 7);
    frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, 0);

    receive(sent.toByteArray(), piece);

    assertThat(received()).isEqualTo(sent.toByteArray());
    channel.finish();
  }

  @Test
  void aBlockThatIsNotWholeIsKeptAndGoesWithItsConnection() throws Exception {
    sent.write(PREFACE);
    frame(RawHttp2.HEADERS, 0, 1, 100);
    receive(sent.toByteArray(), 1_000);
    assertThat(received()).isEqualTo(PREFACE);
    channel.finish();
    assertThat(received()).isEmpty();
  }

  @Test
  void whatIsNotHttp2GoesOn() {
    byte[] get = "PRI / HTTP/1.1\r\n\r\n".getBytes(US_ASCII);
    receive(get, 4);
    assertThat(received()).isEqualTo(get);
    assertThat(channel.pipeline().get(HeaderBlocks.class)).isNull();
  }

  @Test
  void whatComesBetweenTheFramesOfABlockThatIsTooLargeEndsTheConnection() throws Exception {
    sent.write(PREFACE);
    frame(RawHttp2.HEADERS, 0, 1, 16_000);
    for (int i = 0; i < 70; i++) {
      frame(RawHttp2.CONTINUATION, 0, 1, 16_000);
    }
    receive(sent.toByteArray(), 5_000);
    assertThat(received()).isEqualTo(PREFACE);
    assertThat(channel.isOpen()).isTrue();
    sent.reset();
    frame(RawHttp2.DATA, 0, 1, 5);
    receive(sent.toByteArray(), 5_000);
    assertThat(channel.isOpen()).isFalse();
  }
}
