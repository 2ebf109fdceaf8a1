import com.google.protobuf.ByteString;
import io.purpledb.v1.KvGetRequest;
import io.purpledb.v1.KvGetResponse;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;

/**
 * The reference of the gRPC rows: a bare Vert.x gRPC server that answers KvGet with a constant,
 * with as many event loops as Purple. Arguments: port, size of the value in bytes.
 */
final class BareGrpc extends VerticleBase {

  private final int port;
  private final KvGetResponse response;

  private BareGrpc(int port, KvGetResponse response) {
    this.port = port;
    this.response = response;
  }

  @Override
  public Future<?> start() {
    GrpcServer server = GrpcServer.server(vertx);
    server.callHandler(
        ServiceMethod.server(
            ServiceName.create("purple.v1", "KvService"),
            "KvGet",
            GrpcMessageEncoder.<KvGetResponse>encoder(),
            GrpcMessageDecoder.decoder(KvGetRequest.newBuilder())),
        call -> call.handler(request -> call.response().end(response)));
    return vertx
        .createHttpServer(new HttpServerOptions())
        .requestHandler(server)
        .listen(port, "127.0.0.1");
  }

  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    byte[] value = new byte[Integer.parseInt(args[1])];
    KvGetResponse response =
        KvGetResponse.newBuilder().setValue(ByteString.copyFrom(value)).build();
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true))
        .deployVerticle(
            () -> new BareGrpc(port, response), new DeploymentOptions().setInstances(loops))
        .onSuccess(id -> System.out.println("Ready."))
        .onFailure(Throwable::printStackTrace);
  }
}
