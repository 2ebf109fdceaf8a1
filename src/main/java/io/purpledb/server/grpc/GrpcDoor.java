package io.purpledb.server.grpc;

import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.InFlightBytes;
import io.purpledb.message.Pending;
import io.purpledb.server.AnswerRoom;
import io.purpledb.server.Door;
import io.purpledb.server.FirstRequest;
import io.purpledb.server.UnfinishedPart;
import io.purpledb.server.UnreadAnswers;
import io.purpledb.server.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.util.HashSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server, one instance per event loop: Vert.x's, over HTTP/2 without TLS and as gRPC-Web
 * (its binary form), with the methods of {@link MethodTable}.
 */
public final class GrpcDoor extends VerticleBase implements Door {

  /** The room for a key and the encoding around a value of the largest size. */
  private static final int REST_OF_MESSAGE_BYTES = 16 * 1024;

  /** Calls in flight on one connection; more wait in the client. */
  private static final int MAX_STREAMS = 256;

  /** How often one connection may cancel; clients do so whenever a deadline passes. */
  private static final int MAX_RESETS = 10_000;

  private static final int RESETS_WINDOW_SECONDS = 10;
  private static final long NO_ERROR = 0;

  /**
   * A connection is closed that sends nothing for so long, not even the answer to a ping; longer
   * than the longest request timeout.
   */
  private static final int IDLE_MINUTES = 15;

  private static final int GRACE_SECONDS = 10;

  private static final long WATCH_PERIOD_MILLIS = 1_000;

  /** A connection without a call, though it may ping, is told to go after so long. */
  private static final long IDLE_MILLIS = 300_000;

  private final Config config;
  private final long watchPeriodMillis;
  private final long idleMillis;
  private @Nullable Loop loop;
  private @Nullable HttpServer server;
  private @Nullable UnreadAnswers unread;

  public GrpcDoor(Config config) {
    this(config, WATCH_PERIOD_MILLIS, IDLE_MILLIS);
  }

  /**
   * @param watchPeriodMillis how often health is asked for those who watch it
   * @param idleMillis how long a connection stays on which no call is made
   */
  GrpcDoor(Config config, long watchPeriodMillis, long idleMillis) {
    this.config = config;
    this.watchPeriodMillis = watchPeriodMillis;
    this.idleMillis = idleMillis;
  }

  @Override
  public int port() {
    return server == null ? 0 : server.actualPort();
  }

  @Override
  public Future<?> start() {
    int maxMessageBytes = config.maxValueBytes() + REST_OF_MESSAGE_BYTES;
    loop =
        new Loop(
            vertx,
            new Pending(vertx, config.requestTimeoutMillis()),
            new MessageReader(maxMessageBytes),
            new HashSet<>());
    UnreadAnswers watching = new UnreadAnswers(vertx, AnswerRoom.OF_PROCESS);
    unread = watching;
    InFlightBytes inFlight = InFlightBytes.of(vertx, config.maxInFlightBytes());
    GrpcServer grpc = GrpcServer.server(vertx, grpcOptions(maxMessageBytes));
    new MethodTable(loop, config.requestTimeoutMillis(), watchPeriodMillis).bind(grpc);
    server =
        vertx
            .createHttpServer(httpOptions())
            .connectionHandler(
                connection -> {
                  Connections.prepare(connection);
                  UnfinishedPart.watch(connection, config.limits().headerMillis());
                  IdleConnection.watch(connection, idleMillis);
                  watching.add(connection);
                })
            .requestHandler(http -> serve(http, grpc, inFlight));
    int anyPortForAllInstances = -1;
    int port = config.grpcPort() == 0 ? anyPortForAllInstances : config.grpcPort();
    return server.listen(port, config.host());
  }

  /** Stops accepting and gives the calls in flight some seconds to finish. */
  @Override
  public Future<?> stop() {
    HttpServer listening = server;
    Loop calls = loop;
    UnreadAnswers watching = unread;
    if (listening == null || calls == null || watching == null) {
      return Future.succeededFuture();
    }
    calls.endStreams();
    return listening.shutdown(GRACE_SECONDS, TimeUnit.SECONDS).onComplete(x -> watching.close());
  }

  /** Accepts a call, but not before its connection has read of what was answered before. */
  private void serve(HttpServerRequest http, GrpcServer grpc, InFlightBytes inFlight) {
    FirstRequest.arrived(http.connection());
    UnreadConnection unread = UnreadConnection.of(http.connection());
    if (unread.isFull()) {
      http.pause();
      unread.hold(
          () -> {
            if (!http.response().closed()) { // its client may have reset it meanwhile
              accept(http, grpc, inFlight.hold());
              http.resume();
            }
          });
    } else {
      accept(http, grpc, inFlight.hold());
    }
  }

  private void accept(HttpServerRequest http, GrpcServer grpc, InFlightBytes.Held held) {
    http.response().endHandler(x -> wantNoMore(http));
    http.response().closeHandler(x -> held.release()); // also after its end
    if (!HttpMethod.POST.equals(http.method())) {
      http.response().setStatusCode(405).putHeader("allow", "POST").end();
      return;
    }
    Failure tooLarge = MetadataSize.check(http.headers(), config.limits().maxHeaderBytes());
    if (tooLarge != null) {
      CountedRequest.answer(http, tooLarge);
      return;
    }
    // Without the header Vert.x throws on a compressed message; with it the message is malformed.
    if (!http.headers().contains(GrpcHeaderNames.GRPC_ENCODING)) {
      http.headers().set(GrpcHeaderNames.GRPC_ENCODING, MessageReader.IDENTITY);
    }
    grpc.handle(new CountedRequest(http, held));
  }

  /** Asks a client to send no more of a request that is answered, as RFC 9113, 8.1 says. */
  private static void wantNoMore(HttpServerRequest http) {
    if (http.response().ended() && !http.isEnded()) {
      http.response().reset(NO_ERROR);
    }
  }

  private static GrpcServerOptions grpcOptions(int maxMessageBytes) {
    return new GrpcServerOptions()
        .setMaxMessageSize(maxMessageBytes)
        .removeEnabledProtocol(GrpcProtocol.TRANSCODING)
        .removeEnabledProtocol(GrpcProtocol.WEB_TEXT); // Vert.x throws on malformed base64
  }

  private HttpServerOptions httpOptions() {
    Http2Settings settings =
        new Http2Settings()
            .setMaxConcurrentStreams(MAX_STREAMS)
            .setMaxHeaderListSize(MetadataSize.ADVERTISED * config.limits().maxHeaderBytes());
    return new HttpServerOptions()
        .setInitialSettings(settings)
        .setMaxHeaderSize(config.limits().maxHeaderBytes())
        .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
        .setHttp2RstFloodWindowDuration(RESETS_WINDOW_SECONDS)
        .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
        .setReadIdleTimeout(IDLE_MINUTES)
        .setIdleTimeoutUnit(TimeUnit.MINUTES);
  }
}
