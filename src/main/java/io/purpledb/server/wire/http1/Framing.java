package io.purpledb.server.wire.http1;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Authority;
import io.purpledb.server.wire.UnfinishedPart;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What RFC 9112 asks of the head of a request and neither Netty's decoder nor Vert.x looks after.
 * Where a request ends must be sure: a request that is refused here is the last of its connection,
 * lest its body be taken for the next one.
 */
public final class Framing extends ChannelInboundHandlerAdapter {

  /** How long a client that sent what cannot be read may go on sending, in milliseconds. */
  public static final long LINGER_MILLIS = 1_000;

  private static final int SHOWN = 64;

  private boolean refused;

  private Framing() {}

  /** Prepares a pipeline that Vert.x has just made for HTTP/1.1, before its first request. */
  static void addTo(ChannelPipeline pipeline) {
    if (pipeline.get(UnfinishedPart.HTTP1_DECODER) != null) {
      pipeline.addAfter(UnfinishedPart.HTTP1_DECODER, null, new Framing());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object part) {
    if (refused) {
      ReferenceCountUtil.release(part);
    } else if (part instanceof HttpRequest request) {
      read(context, request);
    } else {
      context.fireChannelRead(part);
    }
  }

  private void read(ChannelHandlerContext context, HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      // The last, whatever it says: Vert.x puts keep-alive into the answer when it is wished for.
      request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      context.fireChannelRead(request);
      return;
    }
    Failure failure = check(request);
    if (failure == null) {
      context.fireChannelRead(request);
    } else {
      refused = true;
      context.fireChannelRead(malformed(request, failure));
    }
  }

  /** In the server's own version of HTTP, in which it is answered. */
  static HttpRequest malformed(HttpRequest request, Failure failure) {
    HttpRequest malformed =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, request.method(), request.uri());
    malformed.setDecoderResult(DecoderResult.failure(failure));
    ReferenceCountUtil.release(request);
    return malformed;
  }

  /**
   * What is wrong with the head of a request; null when nothing is. Then it has the one form that
   * Vert.x reads right: a path as its target, the host that is asked as Host, close alone.
   */
  static @Nullable Failure check(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    if (!isKnown(version)) {
      return Failure.invalid(
          "version: %s (expected: HTTP/1.1 or HTTP/1.0)".formatted(shown(version)));
    }
    Failure fragment = checkTarget(request.uri());
    if (fragment != null) {
      return fragment;
    }
    CharSequence host = null;
    boolean closing = false;
    Iterator<Map.Entry<CharSequence, CharSequence>> headers =
        request.headers().iteratorCharSequence();
    while (headers.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = headers.next();
      CharSequence name = header.getKey();
      if (name.length() == 0) {
        return Failure.invalid("header: a line without a name (expected: name: value)");
      } else if (is(HttpHeaderNames.HOST, name)) {
        if (host != null) {
          return Failure.invalid("Host: given twice (expected: once)");
        }
        host = header.getValue();
      } else if (is(HttpHeaderNames.TRANSFER_ENCODING, name) && !isChunked(header.getValue())) {
        return new Failure(
            Kind.NOT_IMPLEMENTED,
            "Transfer-Encoding: %s (expected: chunked)".formatted(header.getValue()));
      } else if (is(HttpHeaderNames.CONNECTION, name)) {
        closing |= hasClose(header.getValue());
      }
    }
    if (closing) { // Vert.x knows it only when it is alone
      request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (version.equals(HttpVersion.HTTP_1_0)) { // its clients know no interim answer
      request.headers().remove(HttpHeaderNames.EXPECT);
    }
    return checkHost(request, host);
  }

  /** Whom the request asks (RFC 9112, section 3.2), also where Host is not heeded. */
  private static @Nullable Failure checkHost(HttpRequest request, @Nullable CharSequence host) {
    if (host == null && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return Failure.invalid("Host: missing (expected: %s)".formatted(Authority.EXPECTED));
    }
    if (host != null && !Authority.isValid(host)) {
      return Failure.invalid(
          "Host: %s (expected: %s)".formatted(cut(host.toString()), Authority.EXPECTED));
    }
    String target = request.uri();
    return target.startsWith("/") ? null : checkAbsolute(request, target);
  }

  /** A target in absolute form says itself whom it asks: Host is not heeded. */
  private static @Nullable Failure checkAbsolute(HttpRequest request, String target) {
    int scheme = target.indexOf("://");
    int slash = target.indexOf('/');
    if (scheme <= 0 || slash < scheme) {
      return null; // another form
    }
    int begin = scheme + "://".length();
    int end = begin;
    while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    String authority = target.substring(begin, end);
    if (!Authority.isValid(authority)) {
      return Failure.invalid(
          "request target: %s (expected: http:// and %s)"
              .formatted(cut(target), Authority.EXPECTED));
    }
    if (!target.substring(0, scheme).equalsIgnoreCase("http")) {
      return new Failure(
          Kind.MISDIRECTED,
          "request target: %s (expected: http://, as this connection is not TLS)"
              .formatted(cut(target)));
    }
    String rest = target.substring(end);
    if (rest.isEmpty() && request.method().equals(HttpMethod.OPTIONS)) {
      request.setUri("*"); // RFC 9112, section 3.2.4
    } else {
      request.setUri(rest.startsWith("/") ? rest : "/" + rest);
    }
    request.headers().set(HttpHeaderNames.HOST, authority);
    return null;
  }

  private static String cut(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
  }

  /** The decoder has put it into capitals; when it looks right, that was what was wrong with it. */
  private static String shown(HttpVersion version) {
    boolean looksKnown =
        version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    return looksKnown ? "not in capitals" : version.text();
  }

  /** The failure of a request whose target has a fragment, which is none of a server's business. */
  public static @Nullable Failure checkTarget(String target) {
    if (target.indexOf('#') < 0) {
      return null;
    }
    return Failure.invalid(
        "target: %s (expected: none with a #; in a key it is %%23)".formatted(cut(target)));
  }

  /** By identity: Netty has its constants for exact texts alone, and http/01.1 equals them. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isKnown(HttpVersion version) {
    return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
  }

  private static boolean is(AsciiString known, CharSequence name) {
    return name.length() == known.length() && known.contentEqualsIgnoreCase(name);
  }

  /** Empty elements of a list are none. */
  private static boolean isChunked(CharSequence codings) {
    for (String coding : codings.toString().split(",", -1)) {
      String name = coding.strip();
      if (!name.isEmpty() && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(name)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasClose(CharSequence options) {
    if (HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(options)) {
      return true;
    }
    for (String option : options.toString().split(",", -1)) {
      if (HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(option.strip())) {
        return true;
      }
    }
    return false;
  }
}
