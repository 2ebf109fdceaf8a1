import io.netty.util.AsciiString;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;

/**
 * The least that a Vert.x server can do to answer GET /kv/{key} from Redis: no service, no check,
 * no timeout, no JSON but two brackets; one pipelined connection per event loop, whose commands of
 * one pass are one write. What it reaches is the most that Purple could. Arguments: port, the port
 * of Redis, the number of the database.
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
    return vertx
        .createNetClient()
        .connect(redisPort, "127.0.0.1")
        .compose(
            socket ->
                vertx
                    .createHttpServer()
                    .requestHandler(new Gateway(context, socket, database))
                    .listen(port, "127.0.0.1"));
  }

  private static final class Gateway implements Handler<HttpServerRequest> {

    private final Context context;
    private final NetSocket socket;
    private final ArrayDeque<HttpServerResponse> waiting = new ArrayDeque<>();
    private Buffer commands;
    private Buffer replies = Buffer.buffer();

    Gateway(Context context, NetSocket socket, int database) {
      this.context = context;
      this.socket = socket;
      socket.handler(this::read);
      socket.write("SELECT " + database + "\r\n");
    }

    @Override
    public void handle(HttpServerRequest request) {
      String key = request.path().substring(PREFIX);
      waiting.add(request.response());
      if (commands == null) {
        commands = Buffer.buffer(1024);
        context.runOnContext(
            endOfPass -> {
              socket.write(commands);
              commands = null;
            });
      }
      commands.appendString("*2\r\n$3\r\nGET\r\n$" + key.length() + "\r\n" + key + "\r\n");
    }

    private void read(Buffer bytes) {
      replies = replies.length() == 0 ? bytes : replies.appendBuffer(bytes);
      int at = 0;
      while (true) {
        int end = at;
        while (end < replies.length() && replies.getByte(end) != '\r') {
          end++;
        }
        if (end + 2 > replies.length()) {
          break;
        }
        if (replies.getByte(at) == '+') { // of SELECT
          at = end + 2;
          continue;
        }
        int length = Integer.parseInt(replies.getString(at + 1, end));
        int start = end + 2;
        if (start + length + 2 > replies.length()) {
          break;
        }
        Buffer body =
            Buffer.buffer(length + 12)
                .appendString("{\"value\":\"")
                .appendBuffer(replies, start, length)
                .appendString("\"}");
        waiting.remove().putHeader(CONTENT_TYPE, JSON).end(body);
        at = start + length + 2;
      }
      replies = replies.getBuffer(at, replies.length());
    }
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
