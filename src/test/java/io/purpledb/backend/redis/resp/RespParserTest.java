package io.purpledb.backend.redis.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.message.Failure;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of replies, however they are cut, and what is not. */
@Timeout(60)
class RespParserTest implements RespReplies {

  private static final int MIB = 1 << 20;

  private final List<String> told = new ArrayList<>();
  private final ReplyRoom room = new ReplyRoom(MIB);
  private RespParser parser = new RespParser(this, room);

  /** Called when a reply is told of. */
  private Runnable onReply = () -> {};

  @Override
  public void handle(@Nullable Response reply) {
    onReply.run();
    String text = String.valueOf(reply);
    told.add(
        (reply == null ? "" : reply.type() + " ") + text.substring(0, Math.min(99, text.length())));
  }

  @Override
  public void dropped(ResponseType type, Failure reason) {
    onReply.run();
    told.add("dropped " + type + " " + reason.kind() + " " + reason.getMessage());
  }

  @Override
  public void fail(Throwable error) {
    told.add("failed: " + error.getMessage());
  }

  @Test
  void repliesOfEachTypeHoweverTheyAreCut() {
    String all =
        """
        +OK
        -ERR no
        :-7
        $4
        a
        b
        $0

        $-1
        *-1
        _
        #t
        #f
        ,1.5
        (12345678901234567890123
        =7
        txt:abc
        !6
        ERR no
        *0
        ~2
        $1
        a
        :1
        %2
        +a
        *2
        +x
        +y
        +b
        _
        >2
        +invalidate
        _
        |1
        +ttl
        :3
        +OK
        *2
        |1
        +k
        +v
        :1
        :2
        %0
        """
            .replace("\n", "\r\n");
    for (int cut = 1; cut <= all.length(); cut++) {
      told.clear();
      for (int at = 0; at < all.length(); at += cut) {
        feed(all.substring(at, Math.min(all.length(), at + cut)));
      }
      assertThat(told)
          .as("in pieces of %d", cut)
          .containsExactly(
              "SIMPLE OK",
              "ERROR ERR no",
              "NUMBER -7",
              "BULK a\r\nb",
              "BULK ",
              "null",
              "null",
              "null",
              "BOOLEAN true",
              "BOOLEAN false",
              "NUMBER 1.5",
              "NUMBER 12345678901234567890123",
              "BULK abc",
              "ERROR ERR no",
              "MULTI []",
              "MULTI [a, 1]",
              "MULTI [a, [x, y], b, null]",
              "PUSH [invalidate, null]",
              "SIMPLE OK",
              "MULTI [1, 2]",
              "MULTI []");
    }
    assertThat(room.usedBytes()).isZero();
  }

  @Test
  void aMapIsReadByItsKeys() {
    List<Response> maps = new ArrayList<>();
    RespParser map =
        new RespParser(
            new RespReplies() {
              @Override
              public void handle(@Nullable Response reply) {
                maps.add(reply);
              }

              @Override
              public void dropped(ResponseType type, Failure reason) {}

              @Override
              public void fail(Throwable error) {}
            },
            room);
    map.handle(Buffer.buffer("%2\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$1\r\nn\r\n:3\r\n"));
    assertThat(maps.get(0).get("role")).hasToString("master");
    assertThat(maps.get(0).get("n").toLong()).isEqualTo(3);
    assertThat(maps.get(0).get("other")).isNull();
    assertThat(maps.get(0).size()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {2 * MIB, 512L << 20, 1L << 31, (1L << 32) - 1})
  void aStringWithoutRoomIsPassedOver(long bytes) {
    feed("$" + bytes + "\r\n");
    assertThat(room.usedBytes()).isZero();
    passes(bytes);
    assertThat(told).isEmpty();
    feed("\r\n+next\r\n");
    assertThat(told.get(0))
        .startsWith("dropped BULK ANSWER_TOO_LARGE redis: a reply of " + bytes + " bytes")
        .contains("at most 1048576");
    assertThat(told).hasSize(2).last().isEqualTo("SIMPLE next");
  }

  @Test
  void aSetWithoutRoomIsPassedOver() {
    feed("~60000\r\n");
    for (int i = 0; i < 60_000; i++) {
      feed("$1000\r\n" + "x".repeat(1000) + "\r\n");
      assertThat(room.usedBytes()).isLessThanOrEqualTo(MIB);
    }
    feed("+next\r\n");
    assertThat(told.get(0))
        .startsWith("dropped MULTI ANSWER_TOO_LARGE redis: a reply of 65760000 bytes");
    assertThat(told).hasSize(2).last().isEqualTo("SIMPLE next");
    assertThat(room.usedBytes()).isZero();
  }

  @Test
  void soIsOneOfItemsWithoutBytesAndOneWithinAnother() {
    feed("*3\r\n+a\r\n*100000\r\n" + "_\r\n".repeat(100_000) + "+b\r\n+next\r\n");
    assertThat(told.get(0)).startsWith("dropped MULTI ANSWER_TOO_LARGE");
    assertThat(told).hasSize(2).last().isEqualTo("SIMPLE next");
  }

  @Test
  void aSetWithALargeItemIsPassedOver() {
    feed("~3\r\n$1\r\na\r\n$536870912\r\n");
    passes(512L << 20);
    feed("\r\n$1\r\nb\r\n+next\r\n");
    assertThat(told.get(0)).startsWith("dropped MULTI ANSWER_TOO_LARGE");
    assertThat(told).hasSize(2).last().isEqualTo("SIMPLE next");
  }

  @Test
  void whatOthersHaveTakenIsNotThereNow() {
    RespParser other = new RespParser(this, room);
    other.handle(Buffer.buffer("$600000\r\nbegun"));
    long taken = room.usedBytes();
    assertThat(taken).isGreaterThan(500_000);

    feed("$600000\r\n" + "x".repeat(600_000) + "\r\n$20\r\n" + "y".repeat(20) + "\r\n");
    assertThat(told.get(0))
        .startsWith("dropped BULK ANSWER_DROPPED redis: a reply of 600000 bytes");
    assertThat(told).hasSize(2).last().isEqualTo("BULK " + "y".repeat(20)); // small: needs none
    assertThat(room.usedBytes()).isEqualTo(taken);

    other.close();
    assertThat(room.usedBytes()).isZero();
    feed("$600000\r\n" + "x".repeat(600_000) + "\r\n");
    assertThat(told).hasSize(3).last().asString().startsWith("BULK xxx");
  }

  /** The room is held while a reply is handed over, and given back also when that throws. */
  @Test
  void roomIsGivenBackWhenTheReplyIsHandedOver() {
    onReply =
        () -> {
          assertThat(room.usedBytes()).isPositive();
          throw new IllegalStateException("a reader");
        };
    try {
      feed("$600000\r\n" + "x".repeat(600_000) + "\r\n");
    } catch (IllegalStateException e) {
      parser.close();
    }
    assertThat(room.usedBytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "$1099511627776, no length",
    "$4294967296, no length",
    "$99999999999999999999999, no length",
    "$-2, no length",
    "$abc, no length",
    "$, no length",
    "*4294967296, no length",
    "*-7, no length",
    "%9223372036854775807, no length",
    ":1x, no number",
    "#x, neither true nor false",
    "?1, a type that is not known",
    "HTTP/1.1 400 Bad Request, a type that is not known",
  })
  void whatNoRedisSendsIsTheEnd(String line, String reason) {
    feed(line + "\r\n+more\r\n");
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).startsWith("failed: it sent " + reason);
  }

  @Test
  void soAreLinesWithoutAnEndAndDeepArraysAndLongerStrings() {
    for (int i = 0; i < 200; i++) {
      feed("x".repeat(1000));
    }
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).startsWith("failed: it sent a line of more than 65536 bytes: \"xxx");

    renew();
    feed("*1\r\n".repeat(10_000));
    assertThat(told).containsExactly("failed: it sent arrays within arrays, more than 32");

    renew();
    feed("$3\r\nabcd\r\n");
    assertThat(told).containsExactly("failed: it sent a string that is longer than it says");

    renew();
    feed("\r\n");
    assertThat(told.get(0)).startsWith("failed: it sent a line without a type or its end");

    renew();
    feed("+OK\n");
    assertThat(told.get(0)).startsWith("failed: it sent a line without a type or its end");
    assertThat(room.usedBytes()).isZero();
  }

  /** 2^32 - 1 items take no memory before they come. */
  @Test
  void anAnnouncedNumberOfItemsTakesNothing() {
    for (int i = 0; i < 1000; i++) {
      renew();
      feed("*4294967295\r\n+a\r\n");
      assertThat(told).isEmpty();
    }
  }

  private void renew() {
    parser.close();
    told.clear();
    parser = new RespParser(this, room);
  }

  private void passes(long bytes) {
    Buffer piece = Buffer.buffer(new byte[MIB]);
    for (long left = bytes; left > 0; left -= MIB) {
      parser.handle(left >= MIB ? piece : piece.slice(0, (int) left));
    }
  }

  private void feed(String text) {
    parser.handle(Buffer.buffer(text.getBytes(ISO_8859_1)));
  }
}
