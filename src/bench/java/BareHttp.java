import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;

/**
 * The reference of the HTTP rows: a bare Vert.x server that answers a constant of the size of
 * Purple's answer, with as many event loops. Arguments: port, size of the answer in bytes.
 */
final class BareHttp extends VerticleBase {

  private final int port;
  private final Buffer body;

  private BareHttp(int port, Buffer body) {
    this.port = port;
    this.body = body;
  }

  @Override
  public Future<?> start() {
    return vertx
        .createHttpServer()
        .requestHandler(
            request -> request.response().putHeader("content-type", "application/json").end(body))
        .listen(port, "127.0.0.1");
  }

  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    Buffer body = Buffer.buffer("x".repeat(Integer.parseInt(args[1])));
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true))
        .deployVerticle(() -> new BareHttp(port, body), new DeploymentOptions().setInstances(loops))
        .onSuccess(id -> System.out.println("Ready."))
        .onFailure(Throwable::printStackTrace);
  }
}
