package io.purpledb.backend.redis;

import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.backend.redis.resp.RespReplies;
import io.purpledb.message.Failure;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The codec, which throws at a chosen moment, once. */
final class BrittleCodec implements RespCodec {

  /** Where it throws. */
  enum Place {
    ENCODE,
    BEFORE_PARSING,
    REPLY,
    AFTER_PARSING
  }

  private @Nullable Place place;
  private Predicate<String> which = text -> false;
  private Throwable thrown = new OutOfMemoryError("Java heap space");

  /** Used on the event loop only. */
  void throwOnce(Place place, Predicate<String> which, Throwable thrown) {
    this.place = place;
    this.which = which;
    this.thrown = thrown;
  }

  boolean hasThrown() {
    return place == null;
  }

  @Override
  public Buffer encode(Request request) {
    Buffer encoded = BOUNDED.encode(request);
    throwAt(Place.ENCODE, encoded);
    return encoded;
  }

  @Override
  public Parser parser(RespReplies replies, ReplyRoom room) {
    Parser parser = BOUNDED.parser(new Replies(replies), room);
    return new Parser() {
      @Override
      public void handle(Buffer chunk) {
        String text = chunk.toString();
        throwAt(Place.BEFORE_PARSING, text);
        parser.handle(chunk);
        throwAt(Place.AFTER_PARSING, text);
      }

      @Override
      public void close() {
        parser.close();
      }
    };
  }

  private void throwAt(Place here, @Nullable Object what) {
    if (here == place && which.test(String.valueOf(what))) {
      place = null;
      BrittleCodec.<RuntimeException>sneak(thrown);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private final class Replies implements RespReplies {

    private final RespReplies replies;

    Replies(RespReplies replies) {
      this.replies = replies;
    }

    @Override
    public void handle(@Nullable Response reply) {
      throwAt(Place.REPLY, reply);
      replies.handle(reply);
    }

    @Override
    public void dropped(ResponseType type, Failure reason) {
      replies.dropped(type, reason);
    }

    @Override
    public void fail(Throwable error) {
      replies.fail(error);
    }
  }
}
