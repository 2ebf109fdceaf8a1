package io.purpledb.backend.redis.resp;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.RequestImpl;

/** How commands become bytes and bytes replies. Both may throw, Errors too. */
public interface RespCodec {

  /** The encoder of the client library, and a parser whose memory is bounded. */
  RespCodec BOUNDED =
      new RespCodec() {
        @Override
        public Buffer encode(Request request) {
          return ((RequestImpl) request).encode();
        }

        @Override
        public Parser parser(RespReplies replies, ReplyRoom room) {
          return new RespParser(replies, room);
        }
      };

  /** The bytes of a command, in a buffer that nobody else has. */
  Buffer encode(Request request);

  /** A parser for one connection that tells of each reply. */
  Parser parser(RespReplies replies, ReplyRoom room);

  /** Reads the bytes of one connection. */
  interface Parser {

    /** The next bytes. */
    void handle(Buffer chunk);

    /** No more come: what is there of a reply is forgotten. */
    void close();
  }
}
