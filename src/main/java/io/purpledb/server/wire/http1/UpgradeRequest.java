package io.purpledb.server.wire.http1;

import static io.netty.handler.codec.http2.Http2CodecUtil.HTTP_UPGRADE_PROTOCOL_NAME;
import static io.netty.handler.codec.http2.Http2CodecUtil.HTTP_UPGRADE_SETTINGS_HEADER;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request of HTTP/1.1 that asks for HTTP/2 (RFC 7540, section 3.2), in the form of HTTP/2.
 *
 * @param headBytes of the request as it came; it has no body
 * @param settings the payload of a frame of settings
 * @param headerBlock refers to no other block, and no other can refer to it
 */
record UpgradeRequest(int headBytes, ByteBuf settings, ByteBuf headerBlock) {

  /** Longer ones are served over HTTP/1.1. */
  private static final int MAX_HEAD_BYTES = 15 << 10;

  private static final byte[] SETTINGS_NAME = "http2-settings:".getBytes(US_ASCII);
  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);
  private static final int SETTING_BYTES = 6;
  private static final int CASE = 0x20;

  /** The request that begins a connection; null when it is none that can be changed. */
  static @Nullable UpgradeRequest of(ByteBuf bytes, int maxHeaderBytes) {
    int headBytes = hasSettings(bytes) ? headBytes(bytes) : 0;
    if (headBytes == 0) {
      return null;
    }
    HttpRequest request = decode(bytes.slice(bytes.readerIndex(), headBytes), maxHeaderBytes);
    if (request == null || !isPlain(request) || !asks(request.headers())) {
      return null;
    }
    ByteBuf settings = settings(request.headers().get(HTTP_UPGRADE_SETTINGS_HEADER));
    return settings == null
        ? null
        : new UpgradeRequest(headBytes, settings, headerBlock(headers(request)));
  }

  /** Whether a line begins with the name of the header: all that other connections are asked. */
  private static boolean hasSettings(ByteBuf bytes) {
    int end = bytes.readerIndex() + Math.min(bytes.readableBytes(), MAX_HEAD_BYTES);
    int lineEnd = bytes.indexOf(bytes.readerIndex(), end, (byte) '\n');
    while (lineEnd >= 0) {
      if (isSettingsAt(bytes, lineEnd + 1, end)) {
        return true;
      }
      lineEnd = bytes.indexOf(lineEnd + 1, end, (byte) '\n');
    }
    return false;
  }

  private static boolean isSettingsAt(ByteBuf bytes, int at, int end) {
    if (end - at < SETTINGS_NAME.length) {
      return false;
    }
    for (int i = 0; i < SETTINGS_NAME.length; i++) {
      int actual = bytes.getByte(at + i);
      int lower = actual >= 'A' && actual <= 'Z' ? actual | CASE : actual;
      if (lower != SETTINGS_NAME[i]) {
        return false;
      }
    }
    return true;
  }

  /** How long the head is; 0 when it is not whole, or too long. */
  private static int headBytes(ByteBuf bytes) {
    int end = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(END_OF_HEAD), bytes);
    int length = end < 0 ? 0 : end - bytes.readerIndex() + END_OF_HEAD.length;
    return length <= MAX_HEAD_BYTES ? length : 0;
  }

  /** The request; null when a body is to come. */
  private static @Nullable HttpRequest decode(ByteBuf head, int maxHeaderBytes) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_HEAD_BYTES)
            .setMaxHeaderSize(maxHeaderBytes);
    EmbeddedChannel decoder = new EmbeddedChannel(new HttpRequestDecoder(config));
    try {
      decoder.writeInbound(Unpooled.copiedBuffer(head));
      Object first = decoder.readInbound();
      Object end = decoder.readInbound();
      ReferenceCountUtil.release(end);
      return first instanceof HttpRequest request && end instanceof LastHttpContent
          ? request
          : null;
    } finally {
      decoder.finishAndReleaseAll();
    }
  }

  /** Whether HTTP/1.1 would serve it, too, and it has another form in HTTP/2. */
  private static boolean isPlain(HttpRequest request) {
    String host = request.headers().get(HttpHeaderNames.HOST);
    return request.decoderResult().isSuccess()
        && isPath(request.uri())
        && Framing.check(request) == null
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !request.headers().contains(HttpHeaderNames.EXPECT) // 100 would have to come before 101
        && host != null;
  }

  private static boolean isPath(String target) {
    return target.startsWith("/") && target.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private static boolean asks(HttpHeaders headers) {
    return options(headers, HttpHeaderNames.UPGRADE).contains(HTTP_UPGRADE_PROTOCOL_NAME.toString())
        && options(headers, HttpHeaderNames.CONNECTION)
            .containsAll(List.of("upgrade", "http2-settings"))
        && headers.getAll(HTTP_UPGRADE_SETTINGS_HEADER).size() == 1;
  }

  private static Set<String> options(HttpHeaders headers, CharSequence name) {
    Set<String> options = new HashSet<>();
    for (String list : headers.getAll(name)) {
      for (String option : list.split(",", -1)) {
        options.add(option.strip().toLowerCase(Locale.ROOT));
      }
    }
    return options;
  }

  private static @Nullable ByteBuf settings(String text) {
    try {
      byte[] payload = Base64.getUrlDecoder().decode(text);
      return payload.length % SETTING_BYTES == 0 ? Unpooled.wrappedBuffer(payload) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Without what is about the connection of HTTP/1.1 (RFC 9113, section 8.2.2). */
  private static Http2Headers headers(HttpRequest request) {
    HttpHeaders from = request.headers();
    Http2Headers headers =
        new DefaultHttp2Headers(false)
            .method(request.method().asciiName())
            .scheme("http")
            .path(new AsciiString(request.uri()))
            .authority(new AsciiString(from.get(HttpHeaderNames.HOST)));
    Set<String> dropped = options(from, HttpHeaderNames.CONNECTION);
    dropped.add("host");
    dropped.add("http2-settings");
    dropped.add("te");
    Iterator<Map.Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      String name = header.getKey().toString().toLowerCase(Locale.ROOT);
      if (!dropped.contains(name) && !HttpHeaderValidationUtil.isConnectionHeader(name, true)) {
        headers.add(new AsciiString(name), new AsciiString(header.getValue()));
      }
    }
    return headers;
  }

  private static ByteBuf headerBlock(Http2Headers headers) {
    ByteBuf block = Unpooled.buffer();
    Http2HeadersEncoder encoder =
        new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.ALWAYS_SENSITIVE); // never indexed
    try {
      encoder.encodeHeaders(1, headers, block);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e); // of a list that is too large for its own bound: none
    }
    return block;
  }
}
