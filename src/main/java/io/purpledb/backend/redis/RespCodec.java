package io.purpledb.backend.redis;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import io.vertx.redis.client.impl.RequestImpl;

/** How commands become bytes and bytes replies. Both may throw, Errors too. */
interface RespCodec {

  /** The client library's. */
  RespCodec LIBRARY =
      new RespCodec() {
        @Override
        public Buffer encode(Request request) {
          return ((RequestImpl) request).encode();
        }

        @Override
        public Handler<Buffer> parser(ParserHandler replies) {
          return new RESPParser(replies, MAX_NESTED_ARRAYS);
        }
      };

  int MAX_NESTED_ARRAYS = 32;

  /** The bytes of a command, in a buffer that nobody else has. */
  Buffer encode(Request request);

  /** A parser for one connection that tells of each reply. */
  Handler<Buffer> parser(ParserHandler replies);
}
