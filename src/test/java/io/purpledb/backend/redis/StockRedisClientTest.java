package io.purpledb.backend.redis;

import static io.purpledb.support.LibraryFault.mended;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.purpledb.net.WrappedTransport;
import io.purpledb.support.redis.RedisForTests;
import io.purpledb.support.redis.RedisProcess;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the connection of vertx-redis-client does: the faults for which {@code RedisSocket} and
 * {@code RespParser} are there.
 */
@Timeout(60)
class StockRedisClientTest {

  private static final int COMMANDS = 50;
  private static final int LARGE_BYTES = 8 << 20;
  private static final String WAITING = "setMaxWaitingHandlers";

  private final AtomicInteger writes = new AtomicInteger();
  private final Vertx vertx = Vertx.builder().withTransport(new CountingTransport(writes)).build();
  private final Context context = vertx.getOrCreateContext();
  private final TestLoop loop = new TestLoop();

  @AfterEach
  void close() {
    TestLoop.await(vertx.close().toCompletionStage().toCompletableFuture());
    loop.close();
  }

  @Test
  void eachCommandIsAWrite() {
    ScriptedRedis redis = new ScriptedRedis(loop, (connection, command) -> "+OK\r\n");
    RedisConnection connection = connect(redis.url());
    int before = writes.get();

    onLoop(
        () ->
            Future.all(
                IntStream.range(0, COMMANDS)
                    .mapToObj(i -> connection.send(Request.cmd(Command.SET).arg("k").arg(i)))
                    .toList()));

    assertThat(writes.get() - before)
        .as(mended("commands of one pass of the event loop share a write"))
        .isGreaterThanOrEqualTo(COMMANDS);
  }

  @Test
  void aReplyHasNoBound() {
    try (RedisProcess redis = RedisForTests.start()) {
      RedisConnection connection = connect(redis.url());
      send(connection, Request.cmd(Command.SETRANGE).arg("k").arg(LARGE_BYTES - 1).arg("x"));

      assertThat(onLoop(() -> get(connection, "k").map(String::length).otherwise(0)))
          .as(mended("a large reply is refused"))
          .isEqualTo(LARGE_BYTES);
    }
    assertThat(Stream.of(RedisOptions.class.getMethods()).map(Method::getName))
        .filteredOn(name -> name.startsWith("setMax"))
        .as(mended("there is another bound, perhaps that of a reply,"))
        .containsOnly("setMaxNestedArrays", "setMaxPoolSize", "setMaxPoolWaiting", WAITING);
  }

  @Test
  void whatNobodyAskedForIsTheReplyToAnother() {
    ScriptedRedis redis =
        new ScriptedRedis(
            loop,
            (connection, command) -> {
              String own = ScriptedRedis.bulk("of " + command.get(1));
              return command.get(1).equals("a") ? own + ScriptedRedis.bulk("stray") : own;
            });
    RedisConnection connection = connect(redis.url());
    List<String> replies =
        onLoop(
            () ->
                Future.all(get(connection, "a"), get(connection, "b"))
                    .map(all -> all.<String>list()));
    assertThat(replies).containsExactly("of a", "stray");

    String next = onLoop(() -> get(connection, "c").otherwise("ended"));

    assertThat(next).as(mended("a connection with a reply too many is ended")).isIn("of b", "of c");
  }

  private static Future<String> get(RedisConnection connection, String key) {
    return connection.send(Request.cmd(Command.GET).arg(key)).map(Response::toString);
  }

  private RedisConnection connect(String url) {
    return onLoop(() -> Redis.createClient(vertx, url).connect());
  }

  private Response send(RedisConnection connection, Request request) {
    return onLoop(() -> connection.send(request));
  }

  private <T> T onLoop(Supplier<Future<T>> request) {
    return TestLoop.await(
        Future.<T>future(done -> context.runOnContext(x -> request.get().onComplete(done)))
            .toCompletionStage()
            .toCompletableFuture());
  }

  /** Counts how often sockets are written to. */
  private static final class CountingTransport extends WrappedTransport {

    private final AtomicInteger writes;

    CountingTransport(AtomicInteger writes) {
      super(Transport.NIO);
      this.writes = writes;
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
      return () ->
          new NioSocketChannel() {
            @Override
            protected void doWrite(ChannelOutboundBuffer bytes) throws Exception {
              writes.incrementAndGet();
              super.doWrite(bytes);
            }
          };
    }
  }
}
