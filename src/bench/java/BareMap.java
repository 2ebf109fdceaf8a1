import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The least that a Vert.x server can do with values on its heap: GET and PUT of /kv/{key} on a map,
 * with no service, check or JSON. What its rate loses with many keys is what the memory of the
 * machine costs. Arguments: port.
 */
final class BareMap extends VerticleBase {

  private final int port;
  private final Map<String, byte[]> values;

  private BareMap(int port, Map<String, byte[]> values) {
    this.port = port;
    this.values = values;
  }

  @Override
  public Future<?> start() {
    return vertx.createHttpServer().requestHandler(this::answer).listen(port, "127.0.0.1");
  }

  private void answer(HttpServerRequest request) {
    if (request.method() == HttpMethod.PUT) {
      request.bodyHandler(
          body -> {
            values.put(request.path(), body.getBytes());
            request.response().putHeader("content-type", "application/json").end();
          });
    } else {
      request
          .response()
          .putHeader("content-type", "application/json")
          .end(Buffer.buffer(values.get(request.path())));
    }
  }

  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    Map<String, byte[]> values = new ConcurrentHashMap<>();
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true))
        .deployVerticle(
            () -> new BareMap(port, values), new DeploymentOptions().setInstances(loops))
        .onSuccess(id -> System.out.println("Ready."))
        .onFailure(Throwable::printStackTrace);
  }
}
