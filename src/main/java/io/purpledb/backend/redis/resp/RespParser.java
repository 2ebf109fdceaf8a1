package io.purpledb.backend.redis.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BooleanType;
import io.vertx.redis.client.impl.types.ErrorType;
import io.vertx.redis.client.impl.types.NumberType;
import io.vertx.redis.client.impl.types.SimpleStringType;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the replies of one connection (RESP 2 and 3) as they come. What it keeps is bounded: of a
 * string by its announced length, before its first byte; of what has items with each of them. A
 * reply that finds no room is read to its end, without being kept, so that the next is understood.
 * A form that no Redis sends is the end: lengths beyond all bounds, lines that do not end.
 *
 * <p>Not thread-safe: used on its event loop only.
 */
final class RespParser implements RespCodec.Parser {

  /** Errors quote what they were given; more is no line of Redis. */
  private static final int MAX_LINE_BYTES = 64 << 10;

  /** Of the bytes of a string, and of items; Redis has at most 512 MiB and 2^32 - 1. */
  private static final long MAX_LENGTH = 1L << 32;

  private static final int MAX_DIGITS = 20;
  private static final int FIRST_LINE_BYTES = 128;
  private static final int VERBATIM_PREFIX = 4;

  private final RespReplies replies;
  private final RespReply reply;

  private byte[] line = new byte[FIRST_LINE_BYTES];
  private int lineBytes;

  /** What is missing of a string and the end of its line; negative when a line is being read. */
  private long missing = -1;

  private byte stringType;

  /** The string as far as it has come; null when it is not kept. */
  private byte @Nullable [] string;

  private int stringBytes;
  private boolean closed;

  RespParser(RespReplies replies, ReplyRoom room) {
    this.replies = replies;
    this.reply = new RespReply(replies, room);
  }

  @Override
  public void handle(Buffer chunk) {
    byte[] bytes = chunk.getBytes();
    try {
      for (int at = 0; at < bytes.length && !closed; ) {
        at = missing < 0 ? readLine(bytes, at) : readString(bytes, at);
      }
    } catch (RespFormException e) {
      close();
      replies.fail(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    string = null;
    reply.forget();
  }

  private int readLine(byte[] bytes, int from) {
    int end = from;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    keepLine(bytes, from, end);
    if (end == bytes.length) {
      return end;
    }
    if (lineBytes < 2 || line[lineBytes - 1] != '\r') {
      throw new RespFormException("a line without a type or its end", shownLine());
    }
    int length = lineBytes - 1;
    lineBytes = 0;
    byte type = line[0];
    switch (type) {
      case '$', '=', '!' -> beginString(type, length);
      case '*', '~', '%', '>', '|' -> beginItems(type, length);
      default -> {
        Response single = single(type, length);
        reply.add(reply.takes(length) ? single : null);
      }
    }
    if (line.length > FIRST_LINE_BYTES) {
      line = new byte[FIRST_LINE_BYTES];
    }
    return end + 1;
  }

  private void keepLine(byte[] bytes, int from, int end) {
    int all = lineBytes + end - from;
    if (all > MAX_LINE_BYTES) {
      throw new RespFormException("a line of more than " + MAX_LINE_BYTES + " bytes", shownLine());
    }
    if (all > line.length) {
      line = Arrays.copyOf(line, Math.max(all, Math.min(2 * line.length, MAX_LINE_BYTES)));
    }
    System.arraycopy(bytes, from, line, lineBytes, end - from);
    lineBytes = all;
  }

  /** A reply, or an item of one, that is a line. */
  private @Nullable Response single(byte type, int length) {
    String text = new String(line, 1, length - 1, UTF_8);
    try {
      return switch (type) {
        case '+' -> SimpleStringType.create(text);
        case '-' -> ErrorType.create(text);
        case ':' -> NumberType.create(Long.valueOf(text));
        case ',' -> NumberType.create(Double.valueOf(text));
        case '(' -> NumberType.create(new BigInteger(text));
        case '#' -> truth(text);
        case '_' -> null;
        default -> throw new RespFormException("a type that is not known", shown(length));
      };
    } catch (NumberFormatException e) {
      throw new RespFormException("no number", shown(length));
    }
  }

  private static Response truth(String text) {
    return switch (text) {
      case "t" -> BooleanType.TRUE;
      case "f" -> BooleanType.FALSE;
      default -> throw new RespFormException("neither true nor false", RedisErrors.shown(text));
    };
  }

  private void beginString(byte type, int length) {
    long bytes = length(length);
    if (bytes < 0) {
      reply.add(null);
      return;
    }
    missing = bytes + 2;
    stringType = type;
    stringBytes = 0;
    string = reply.takes(bytes) ? new byte[(int) bytes] : null;
  }

  private int readString(byte[] bytes, int at) {
    int some = (int) Math.min(missing, bytes.length - at);
    byte[] kept = string;
    if (kept != null) {
      int more = Math.min(some, kept.length - stringBytes);
      System.arraycopy(bytes, at, kept, stringBytes, more);
      stringBytes += more;
    }
    for (long left = Math.min(2, missing); left > missing - some; left--) {
      if (bytes[at + (int) (missing - left)] != (left == 2 ? '\r' : '\n')) {
        throw new RespFormException("a string that is longer than it says", "");
      }
    }
    missing -= some;
    if (missing == 0) {
      missing = -1;
      string = null;
      reply.add(kept == null ? null : ofType(stringType, kept));
    }
    return at + some;
  }

  private static Response ofType(byte type, byte[] bytes) {
    return switch (type) {
      case '!' -> ErrorType.create(new String(bytes, UTF_8));
      case '=' ->
          new RespBulk(
              Arrays.copyOfRange(bytes, Math.min(bytes.length, VERBATIM_PREFIX), bytes.length));
      default -> new RespBulk(bytes);
    };
  }

  private void beginItems(byte type, int length) {
    long items = length(length);
    if (items < 0) {
      reply.add(null);
    } else {
      reply.begin(type, type == '%' || type == '|' ? 2 * items : items);
    }
  }

  /** A length; negative for that of null. */
  private long length(int lineLength) {
    String text = new String(line, 1, Math.min(lineLength - 1, MAX_DIGITS), UTF_8);
    long length = -2;
    try {
      length = lineLength - 1 > MAX_DIGITS ? -2 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      // below
    }
    if (length < -1 || length >= MAX_LENGTH) {
      throw new RespFormException("no length", shown(lineLength));
    }
    return length;
  }

  private String shownLine() {
    return shown(lineBytes);
  }

  private String shown(int length) {
    return RedisErrors.shown(new String(line, 0, length, UTF_8));
  }
}
