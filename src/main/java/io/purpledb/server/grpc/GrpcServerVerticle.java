package io.purpledb.server.grpc;

import io.purpledb.config.Config;
import io.purpledb.message.Failure;
import io.purpledb.message.InFlightBytes;
import io.purpledb.message.Operation;
import io.purpledb.message.bus.DeadlineQueue;
import io.purpledb.server.AllowedHosts;
import io.purpledb.server.Cors;
import io.purpledb.server.ServerVerticle;
import io.purpledb.server.grpc.call.ContentTypes;
import io.purpledb.server.grpc.call.CountedRequest;
import io.purpledb.server.grpc.call.Details;
import io.purpledb.server.grpc.call.Expectations;
import io.purpledb.server.grpc.call.LoopCalls;
import io.purpledb.server.grpc.call.StatusAnswer;
import io.purpledb.server.grpc.call.UnknownCall;
import io.purpledb.server.grpc.message.MessageReader;
import io.purpledb.server.grpc.method.Reflection;
import io.purpledb.server.wire.CommonHeaders;
import io.purpledb.server.wire.FirstRequest;
import io.purpledb.server.wire.Room;
import io.purpledb.server.wire.connection.ConnectionSetup;
import io.purpledb.server.wire.connection.IdleConnection;
import io.purpledb.server.wire.connection.ServerOptions;
import io.purpledb.server.wire.http2.HeaderSize;
import io.purpledb.server.wire.http2.LargeHeaders;
import io.purpledb.server.wire.unread.UnreadAnswers;
import io.purpledb.server.wire.unread.UnreadBody;
import io.purpledb.server.wire.unread.UnreadConnection;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server, one instance per event loop: Vert.x's, over HTTP/2 without TLS and as gRPC-Web
 * (its binary form), with the methods of {@link MethodTable}.
 */
public final class GrpcServerVerticle extends VerticleBase implements ServerVerticle {

  /** The room for a key and the encoding around a value of the largest size. */
  private static final int REST_OF_MESSAGE_BYTES = 16 * 1024;

  private static final String EXPOSED_HEADERS =
      "grpc-status, grpc-message, " + Details.TRAILER + ", date";
  private static final long NO_ERROR = 0;
  private static final String METADATA = "metadata";

  /**
   * A connection is closed that sends nothing for so long, not even the answer to a ping; longer
   * than the longest request timeout.
   */
  private static final int IDLE_MINUTES = 15;

  private static final int GRACE_SECONDS = 10;

  private static final long WATCH_PERIOD_MILLIS = 1_000;

  private final Config config;
  private final long watchPeriodMillis;
  private final long idleMillis;
  private final List<Operation> operations;
  private final AllowedHosts hosts;
  private final Cors cors;
  private @Nullable LoopCalls loop;
  private @Nullable HttpServer server;
  private @Nullable UnreadAnswers unread;

  public GrpcServerVerticle(Config config) {
    this(
        config,
        WATCH_PERIOD_MILLIS,
        Math.max(config.limits().idleMillis(), 2 * config.requestTimeoutMillis()),
        Operation.ALL);
  }

  /**
   * A server of other operations.
   *
   * @param operations of services that are deployed on the same event loops
   */
  public GrpcServerVerticle(Config config, List<Operation> operations) {
    this(
        config,
        WATCH_PERIOD_MILLIS,
        Math.max(config.limits().idleMillis(), 2 * config.requestTimeoutMillis()),
        operations);
  }

  /**
   * @param watchPeriodMillis how often health is asked for those who watch it
   * @param idleMillis how long a connection stays on which no call is made; longer than one may
   *     take
   */
  GrpcServerVerticle(Config config, long watchPeriodMillis, long idleMillis) {
    this(config, watchPeriodMillis, idleMillis, Operation.ALL);
  }

  private GrpcServerVerticle(
      Config config, long watchPeriodMillis, long idleMillis, List<Operation> operations) {
    this.config = config;
    this.operations = operations;
    this.watchPeriodMillis = watchPeriodMillis;
    this.idleMillis = idleMillis;
    this.hosts = new AllowedHosts(config);
    this.cors = new Cors(config.limits().browsers(), EXPOSED_HEADERS);
  }

  @Override
  public int port() {
    return server == null ? 0 : server.actualPort();
  }

  @Override
  public Future<?> start() {
    int maxMessageBytes = maxMessageBytes();
    loop =
        new LoopCalls(
            vertx,
            new DeadlineQueue(vertx, config.requestTimeoutMillis()),
            new MessageReader(maxMessageBytes),
            new HashSet<>());
    UnreadAnswers watching = new UnreadAnswers(vertx, Room.OF_ANSWERS);
    unread = watching;
    InFlightBytes inFlight = InFlightBytes.of(vertx, config.maxInFlightBytes());
    GrpcServer grpc = GrpcServer.server(vertx, grpcOptions(maxMessageBytes));
    new MethodTable(loop, config.requestTimeoutMillis(), watchPeriodMillis, operations).bind(grpc);
    server =
        vertx
            .createHttpServer(httpOptions())
            .connectionHandler(
                connection -> {
                  ConnectionSetup.prepare(connection);
                  LargeHeaders.watch(connection, this::refusal);
                  IdleConnection.watch(connection, idleMillis);
                  watching.add(connection);
                })
            .invalidRequestHandler(
                http -> {
                  cors.allow(http); // as far as its headers could be read
                  StatusAnswer.refuseMalformed(http);
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
    LoopCalls calls = loop;
    UnreadAnswers watching = unread;
    if (listening == null || calls == null || watching == null) {
      return Future.succeededFuture();
    }
    calls.endStreams();
    return watching
        .drain(config.limits().drainMillis())
        .onComplete(x -> calls.endStreams()) // those that began meanwhile
        .compose(x -> listening.shutdown(GRACE_SECONDS, TimeUnit.SECONDS))
        .onComplete(x -> watching.close());
  }

  private int maxMessageBytes() {
    return config.maxValueBytes() + REST_OF_MESSAGE_BYTES;
  }

  /** Accepts a call, but not before its connection has read of what was answered before. */
  private void serve(HttpServerRequest http, GrpcServer grpc, InFlightBytes inFlight) {
    FirstRequest.arrived(http.connection());
    UnreadConnection unread = UnreadConnection.of(http.connection());
    HttpServerResponse response = http.response();
    CommonHeaders.put(response);
    if (http.version() == HttpVersion.HTTP_1_0) { // it has no chunks: the close ends an answer
      ConnectionSetup.endWithNextAnswer(http.connection());
    }
    InFlightBytes.Held held = inFlight.hold();
    long headerBytes = HeaderSize.of(http.headers());
    boolean fits = unread.begun(response, headerBytes);
    response.endHandler(x -> wantNoMore(http));
    response.closeHandler( // also after its end
        x -> {
          held.release();
          unread.ended(response);
        });
    if (!fits) {
      unread.refuse(() -> StatusAnswer.send(http, HeaderSize.noRoom(METADATA, headerBytes)));
    } else if (unread.isFull()) {
      http.pause();
      unread.hold(
          () -> {
            if (!response.closed()) { // its client may have reset it meanwhile
              accept(http, grpc, held, headerBytes);
              http.resume();
            }
          });
    } else {
      accept(http, grpc, held, headerBytes);
    }
  }

  private void accept(
      HttpServerRequest http, GrpcServer grpc, InFlightBytes.Held held, long headerBytes) {
    Failure misdirected = hosts.check(http);
    if (misdirected != null && ContentTypes.isCall(http)) {
      StatusAnswer.send(http, misdirected);
      return;
    }
    if (misdirected != null) {
      refuse(http, misdirected.kind().httpStatus(), misdirected.getMessage());
      return;
    }
    cors.allow(http);
    if (cors.isPreflight(http)) {
      cors.answerPreflight(http, "POST");
      return;
    }
    if (!HttpMethod.POST.equals(http.method())) {
      http.response().putHeader("allow", "POST");
      refuse(http, 405);
      return;
    }
    if (!ContentTypes.isCall(http)) {
      refuse(http, 415);
      return;
    }
    String wrongType = ContentTypes.check(http);
    if (wrongType != null) {
      refuse(http, 415, wrongType);
      return;
    }
    if (!isMethod(http.uri())) {
      StatusAnswer.send(http, UnknownCall.failure(http.uri()));
      return;
    }
    Failure tooLarge = HeaderSize.check(METADATA, headerBytes, config.limits().maxHeaderBytes());
    if (tooLarge != null) {
      StatusAnswer.send(http, tooLarge);
      return;
    }
    boolean keepsMessages = !Reflection.isPath(http.path()); // there, each is answered at once
    Failure unheeded = Expectations.check(http, keepsMessages ? maxMessageBytes() : Long.MAX_VALUE);
    if (unheeded != null) {
      StatusAnswer.send(http, unheeded);
      return;
    }
    // Without the header Vert.x throws on a compressed message; with it the message is malformed.
    if (!http.headers().contains(GrpcHeaderNames.GRPC_ENCODING)) {
      http.headers().set(GrpcHeaderNames.GRPC_ENCODING, MessageReader.IDENTITY);
    }
    grpc.handle(new CountedRequest(http, held, maxMessageBytes(), keepsMessages));
    Expectations.meet(http);
  }

  /**
   * Whether a target begins with a slash, and goes on. For Vert.x the first character of any other
   * would be the slash, and a target without a path a call that nobody answers with a text.
   */
  private static boolean isMethod(String target) {
    return target.startsWith("/") && target.length() > 1;
  }

  /** Tells who came to the wrong port, with curl or a browser, where the other one is. */
  private void refuse(HttpServerRequest http, int status) {
    boolean known = config.httpPort() != 0; // else the server takes any free one
    String other =
        !config.protocols().contains("http")
            ? "no port"
            : known ? "port " + config.httpPort() : "another port";
    refuse(
        http,
        status,
        "%s %s: this is the gRPC port (expected: a call of gRPC or gRPC-Web; HTTP is on %s)"
            .formatted(http.method(), http.path(), other));
  }

  private static void refuse(HttpServerRequest http, int status, String text) {
    http.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
        .end(text + "\n");
  }

  /** The answer to a call whose metadata are not read: a status as any other. */
  private LargeHeaders.Refusal refusal(long bytes) {
    int max = config.limits().maxHeaderBytes();
    return StatusAnswer.overHttp2(HeaderSize.notRead(METADATA, bytes, max));
  }

  /** Asks a client to send no more of a request that is answered, as RFC 9113, 8.1 says. */
  private static void wantNoMore(HttpServerRequest http) {
    if (http.response().ended() && !http.isEnded()) {
      http.response().reset(NO_ERROR); // which HTTP/1 does not know
      UnreadBody.discard(http);
    }
  }

  private static GrpcServerOptions grpcOptions(int maxMessageBytes) {
    return new GrpcServerOptions()
        .setMaxMessageSize(maxMessageBytes)
        .removeEnabledProtocol(GrpcProtocol.TRANSCODING)
        .removeEnabledProtocol(GrpcProtocol.WEB_TEXT); // Vert.x throws on malformed base64
  }

  private HttpServerOptions httpOptions() {
    boolean upgrades = false; // gRPC clients begin with HTTP/2
    return ServerOptions.of(config.limits(), upgrades)
        .setReadIdleTimeout(IDLE_MINUTES)
        .setIdleTimeoutUnit(TimeUnit.MINUTES);
  }
}
