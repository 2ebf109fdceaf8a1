package io.purpledb.backend.redis;

import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Speaks RESP as a test tells it to, where a real Redis cannot be brought to answer so: it greets
 * like a master, and what else it says is up to the script.
 */
final class ScriptedRedis {

  private static final int MAX_NESTED_ARRAYS = 4;

  private final NetServer server;
  private final Script script;
  private int connections;

  /** What the server says. */
  interface Script {

    /**
     * The bytes of the reply.
     *
     * @param connection the number of the connection, from 1
     * @param command the command and its arguments
     */
    String reply(int connection, List<String> command);
  }

  ScriptedRedis(TestLoop loop, Script script) {
    this.script = script;
    this.server =
        loop.vertx()
            .createNetServer(new NetServerOptions().setHost("127.0.0.1"))
            .connectHandler(this::connected);
    loop.answer(server::listen);
  }

  String url() {
    return "redis://127.0.0.1:" + server.actualPort();
  }

  private void connected(NetSocket purple) {
    int connection = ++connections;
    purple.handler(
        new RESPParser(
            new ParserHandler() {
              @Override
              public void handle(@Nullable Response command) {
                List<String> words = new ArrayList<>();
                if (command != null) {
                  command.forEach(word -> words.add(word.toString()));
                }
                words.set(0, words.get(0).toUpperCase(Locale.ROOT));
                purple.write(greetingOr(connection, words));
              }

              @Override
              public void fail(Throwable error) {
                purple.close();
              }
            },
            MAX_NESTED_ARRAYS));
  }

  private String greetingOr(int connection, List<String> command) {
    return switch (command.get(0)) {
      case "HELLO" -> "%1\r\n$4\r\nrole\r\n$6\r\nmaster\r\n";
      case "SELECT" -> "+OK\r\n";
      case "PING" -> "+PONG\r\n";
      default -> script.reply(connection, command);
    };
  }

  /** A string as Redis sends it. */
  static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }
}
