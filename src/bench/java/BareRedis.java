import com.google.protobuf.UnsafeByteOperations;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.AsciiString;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;

/**
 * The least that a Vert.x server can do to answer GET /kv/{key} and KvGet from Redis: no service,
 * no check, no timeout, no JSON but two brackets. What it reaches is the most that Purple could.
 * Arguments: port for HTTP, port for gRPC, the port of Redis, the number of the database.
 */
final class BareRedis extends VerticleBase {

  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString JSON = AsciiString.cached("application/json");
  private static final int PREFIX = "/kv/".length();

  private final int httpPort;
  private final int grpcPort;
  private final int redisPort;
  private final int database;

  private BareRedis(int httpPort, int grpcPort, int redisPort, int database) {
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
    this.redisPort = redisPort;
    this.database = database;
  }

  @Override
  public Future<?> start() {
    return PipelinedRedis.connect(vertx, context, redisPort, database).compose(this::listen);
  }

  private Future<?> listen(PipelinedRedis redis) {
    GrpcServer grpc = GrpcServer.server(vertx);
    grpc.callHandler(
        ServiceMethod.server(
            ServiceName.create("purple.v1", "KvService"),
            "KvGet",
            GrpcMessageEncoder.<KvGetResponse>encoder(),
            GrpcMessageDecoder.<KvGetRequest>decoder(KvGetRequest.newBuilder())),
        call -> call.handler(request -> answer(redis, call, request)));
    return Future.all(
        vertx
            .createHttpServer()
            .requestHandler(request -> answer(redis, request))
            .listen(httpPort, "127.0.0.1"),
        vertx
            .createHttpServer()
            .connectionHandler(BareRedis::prepare)
            .requestHandler(grpc)
            .listen(grpcPort, "127.0.0.1"));
  }

  /** One write for all parts of an answer; and a call that ended early ends alone. As in Purple. */
  private static void prepare(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    pipeline.addFirst(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof Http2Exception.StreamException)) {
              context.fireExceptionCaught(cause);
            }
          }
        });
    pipeline.addFirst(new FlushConsolidationHandler(256, true));
  }

  private static void answer(PipelinedRedis redis, HttpServerRequest request) {
    HttpServerResponse response = request.response();
    redis.get(
        request.path().substring(PREFIX),
        value ->
            response
                .putHeader(CONTENT_TYPE, JSON)
                .end(
                    Buffer.buffer(value.length() + 12)
                        .appendString("{\"value\":\"")
                        .appendBuffer(value)
                        .appendString("\"}")));
  }

  private static void answer(
      PipelinedRedis redis,
      GrpcServerRequest<KvGetRequest, KvGetResponse> call,
      KvGetRequest request) {
    redis.get(
        request.getKey(),
        value ->
            call.response()
                .end(
                    KvGetResponse.newBuilder()
                        .setValue(UnsafeByteOperations.unsafeWrap(value.getBytes()))
                        .build()));
  }

  public static void main(String[] args) {
    int httpPort = Integer.parseInt(args[0]);
    int grpcPort = Integer.parseInt(args[1]);
    int redisPort = Integer.parseInt(args[2]);
    int database = Integer.parseInt(args[3]);
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true))
        .deployVerticle(
            () -> new BareRedis(httpPort, grpcPort, redisPort, database),
            new DeploymentOptions().setInstances(loops))
        .onSuccess(id -> System.out.println("Ready."))
        .onFailure(Throwable::printStackTrace);
  }
}
