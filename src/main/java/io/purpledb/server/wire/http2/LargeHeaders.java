package io.purpledb.server.wire.http2;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Answers a request whose headers are so large that they were not read, as its server answers any
 * other, and lets its connection go: the requests that have begun end as they would have, those
 * that come after are refused unserved, and clients make them again over another connection.
 *
 * @param refusal the answer for a number of bytes
 */
public record LargeHeaders(
    HttpConnection connection,
    ChannelHandlerContext codec,
    Http2ConnectionHandler http2,
    LongFunction<Refusal> refusal)
    implements HeaderBlocks.Listener {

  private static final int GRACE_SECONDS = 10;

  /**
   * An answer.
   *
   * @param body may be empty
   */
  public record Refusal(Http2Headers headers, ByteBuf body) {}

  /**
   * Prepares a connection that has just been accepted; nothing when it is one of HTTP/1.1.
   *
   * @param refusal the answer for a number of bytes
   */
  public static void watch(HttpConnection connection, LongFunction<Refusal> refusal) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
    if (http2 != null) {
      HeaderBlocks.listen(
          connection, new LargeHeaders(connection, pipeline.context(http2), http2, refusal));
    }
  }

  /**
   * The client is told to go before it has the answer: a request that it makes thereupon is to go
   * over another connection.
   */
  @Override
  public void tooLarge(int stream, long bytes, boolean endsStream) {
    boolean isTrailers = http2.connection().stream(stream) != null;
    boolean isRequest = !isTrailers && begin(stream, endsStream);
    var unused = connection.shutdown(GRACE_SECONDS, TimeUnit.SECONDS);
    if (isTrailers) {
      reset(stream, ENHANCE_YOUR_CALM.code());
    } else if (isRequest) {
      answer(stream, refusal.apply(bytes));
    }
    flush();
  }

  /**
   * The stream ends with the client's own end of it, and then the connection if it was the last:
   * one that is closed before takes the answer with it that the client has not read yet.
   */
  private void answer(int stream, Refusal answer) {
    boolean bare = !answer.body().isReadable();
    var unusedHead =
        http2.encoder().writeHeaders(codec, stream, answer.headers(), 0, bare, codec.newPromise());
    if (!bare) {
      var unusedBody =
          http2.encoder().writeData(codec, stream, answer.body(), 0, true, codec.newPromise());
    }
  }

  /** The client is told to go by now, so what begins is reset by {@link LateStreams}. */
  @Override
  public void unreadable(int stream) {
    if (http2.connection().stream(stream) != null) { // trailers
      reset(stream, ENHANCE_YOUR_CALM.code());
    } else {
      begin(stream, true);
    }
    flush();
  }

  /** Also what the flow control keeps. */
  private void flush() {
    http2.flush(codec);
  }

  /**
   * @param halfClosed whether nothing more of it matters
   */
  private boolean begin(int stream, boolean halfClosed) {
    Http2Connection.Endpoint<?> client = http2.connection().remote();
    int most = client.maxActiveStreams();
    try {
      client.maxActiveStreams(Integer.MAX_VALUE); // it ends at once
      client.createStream(stream, halfClosed);
      return true;
    } catch (Http2Exception e) {
      return false; // its number is wrong; the connection ends anyway
    } finally {
      client.maxActiveStreams(most);
    }
  }

  private void reset(int stream, long error) {
    var unused = http2.encoder().writeRstStream(codec, stream, error, codec.newPromise());
  }
}
