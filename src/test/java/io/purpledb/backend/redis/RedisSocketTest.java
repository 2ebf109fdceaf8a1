package io.purpledb.backend.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.purpledb.message.Failure.Kind;
import io.purpledb.service.KvService;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands of one pass of the event loop reach Redis together and are answered one by one. */
class RedisSocketTest extends LinkTest {

  private static final int COMMANDS = 50;

  /** What asking for the statistics takes itself, and keep-alives meanwhile. */
  private static final int OTHER_READS = 15;

  private static final Pattern READS = Pattern.compile("total_reads_processed:(\\d+)");

  @Test
  void commandsOfOnePassAreOneWrite() {
    long before = reads();

    List<CompletableFuture<Long>> sums = incrementInOnePass();

    for (int i = 0; i < COMMANDS; i++) {
      assertThat(TestLoop.await(sums.get(i))).isEqualTo(i + 1);
    }
    assertThat(reads() - before).isLessThanOrEqualTo(1 + OTHER_READS);
  }

  @Test
  void anErrorReplyIsOfOneCommand() {
    loop.raw(redis.url() + "/1", Command.SET, "text", "ten");
    List<CompletableFuture<Long>> answers = new ArrayList<>();
    loop.call(
        () -> {
          answers.add(future(counter.increment("k", 1)));
          answers.add(future(counter.increment("text", 1)));
          return answers.add(future(counter.increment("k", 1)));
        });

    assertThat(TestLoop.await(answers.get(0))).isEqualTo(1);
    assertThat(TestLoop.failure(answers.get(1)).kind()).isEqualTo(Kind.CONFLICT);
    assertThat(TestLoop.await(answers.get(2))).isEqualTo(2);
  }

  @Test
  void largeAndSmallValuesOfOnePassKeepTheirOrder() {
    KvService kv = loop.call(() -> new KvService(backends.engine("kv")));
    awaitServing(kv);
    List<CompletableFuture<ByteString>> values = new ArrayList<>();
    loop.call(
        () -> {
          for (int i = 0; i < 20; i++) {
            ByteString value = ByteString.copyFrom(new byte[i % 2 == 0 ? i : i << 14]);
            values.add(
                future(Future.join(kv.put("k", value), kv.get("k")).map(both -> both.resultAt(1))));
          }
          return values;
        });

    for (int i = 0; i < 20; i++) {
      assertThat(TestLoop.await(values.get(i)).size()).isEqualTo(i % 2 == 0 ? i : i << 14);
    }
    loop.answer(kv.engine()::close);
  }

  private List<CompletableFuture<Long>> incrementInOnePass() {
    return loop.call(
        () -> {
          List<CompletableFuture<Long>> sums = new ArrayList<>();
          for (int i = 0; i < COMMANDS; i++) {
            sums.add(future(counter.increment("k", 1)));
          }
          return sums;
        });
  }

  private static <T> CompletableFuture<T> future(Future<T> answer) {
    return answer.toCompletionStage().toCompletableFuture();
  }

  private long reads() {
    Matcher reads = READS.matcher(String.valueOf(loop.raw(redis.url(), Command.INFO, "stats")));
    assertThat(reads.find()).as("total_reads_processed").isTrue();
    return Long.parseLong(reads.group(1));
  }
}
