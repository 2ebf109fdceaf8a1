import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The least that can ask Redis for a value: one connection for an event loop, whose GETs of one
 * pass over the loop are one write, and no timeouts. For keys that are there. Used on its loop.
 */
final class PipelinedRedis {

  private final Context context;

  /** Closed, with its connections, by Vert.x when nobody refers to it any more. */
  private final NetClient client;

  private final NetSocket socket;
  private final ArrayDeque<Consumer<Buffer>> waiting = new ArrayDeque<>();
  private Buffer commands;
  private Buffer replies = Buffer.buffer();

  private PipelinedRedis(Context context, NetClient client, NetSocket socket) {
    this.context = context;
    this.client = client;
    this.socket = socket;
    socket
        .handler(this::read)
        .closeHandler(closed -> System.err.println("Redis has gone with " + client));
  }

  static Future<PipelinedRedis> connect(Vertx vertx, Context context, int port, int database) {
    NetClient client = vertx.createNetClient();
    return client
        .connect(port, "127.0.0.1")
        .map(
            socket -> {
              PipelinedRedis redis = new PipelinedRedis(context, client, socket);
              socket.write("SELECT " + database + "\r\n");
              return redis;
            });
  }

  void get(String key, Consumer<Buffer> value) {
    waiting.add(value);
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
      answer(replies.slice(start, start + length));
      at = start + length + 2;
    }
    replies = replies.getBuffer(at, replies.length());
  }

  private void answer(Buffer value) {
    try {
      waiting.remove().accept(value);
    } catch (RuntimeException e) {
      // The load ended with the request in flight; Vert.x tells so by several exceptions.
      System.err.println(e);
    }
  }
}
