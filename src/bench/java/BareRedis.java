import io.netty.util.AsciiString;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * The least that a Vert.x server can do to answer GET /kv/{key} from Redis: no service, no check,
 * no timeout, no JSON but two brackets. What it reaches is the most that Purple could. Arguments:
 * port, the port of Redis, the number of the database.
 */
final class BareRedis extends VerticleBase {

  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString JSON = AsciiString.cached("application/json");
  private static final int PREFIX = "/kv/".length();

  private final int port;
  private final int redisPort;
  private final int database;

  private BareRedis(int port, int redisPort, int database) {
    this.port = port;
    this.redisPort = redisPort;
    this.database = database;
  }

  @Override
  public Future<?> start() {
    return PipelinedRedis.connect(vertx, context, redisPort, database)
        .compose(
            redis ->
                vertx
                    .createHttpServer()
                    .requestHandler(request -> answer(redis, request))
                    .listen(port, "127.0.0.1"));
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

  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    int redisPort = Integer.parseInt(args[1]);
    int database = Integer.parseInt(args[2]);
    int loops = Runtime.getRuntime().availableProcessors();
    Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops).setPreferNativeTransport(true))
        .deployVerticle(
            () -> new BareRedis(port, redisPort, database),
            new DeploymentOptions().setInstances(loops))
        .onSuccess(id -> System.out.println("Ready."))
        .onFailure(Throwable::printStackTrace);
  }
}
