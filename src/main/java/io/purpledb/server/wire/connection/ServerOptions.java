package io.purpledb.server.wire.connection;

import io.purpledb.config.ServerLimits;
import io.purpledb.server.wire.http2.HeaderSize;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The options that Vert.x' servers of HTTP and gRPC have in common. */
public final class ServerOptions {

  /** Requests in flight on one connection of HTTP/2; more wait in the client. */
  private static final int MAX_STREAMS = 256;

  /** How often one connection may cancel; clients do so whenever a deadline passes. */
  private static final int MAX_RESETS = 10_000;

  private static final int RESETS_WINDOW_SECONDS = 10;

  private ServerOptions() {}

  /**
   * The options of a server of HTTP/1.1 and HTTP/2 without TLS.
   *
   * @param upgrades whether a connection of HTTP/1.1 may become one of HTTP/2
   */
  public static HttpServerOptions of(ServerLimits limits, boolean upgrades) {
    Http2Settings settings =
        new Http2Settings()
            .setMaxConcurrentStreams(MAX_STREAMS)
            .setMaxHeaderListSize(HeaderSize.ofHttp2(limits.maxHeaderBytes()));
    // Without TLS Vert.x asks nobody for these; they are how the gate learns of the server's wish.
    List<HttpVersion> versions =
        upgrades ? List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1) : List.of(HttpVersion.HTTP_2);
    return new HttpServerOptions()
        .setAlpnVersions(versions)
        .setInitialSettings(settings)
        .setMaxHeaderSize(limits.maxHeaderBytes())
        .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
        .setHttp2RstFloodWindowDuration(RESETS_WINDOW_SECONDS)
        .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS);
  }

  /** Whether a server with these options lets connections of HTTP/1.1 become ones of HTTP/2. */
  public static boolean upgrades(HttpServerOptions options) {
    return options.getAlpnVersions().contains(HttpVersion.HTTP_1_1);
  }
}
