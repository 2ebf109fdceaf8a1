package io.purpledb.backend.replicated;

import io.purpledb.message.Failure;
import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * Bounds the memory of replies. Each reply to a write is kept for a while, to give it again when
 * the request is sent again; a reply with a whole set is large. The oldest large ones are
 * forgotten: who asks again is told that the write may have happened. Used by one thread.
 */
final class Replies {

  private static final int SMALL_BYTES = 1024;

  /** The reply to a write that is known, when its own reply is not. */
  static final Message FORGOTTEN =
      Message.valueOf(
          Wire.reply(
              Failure.unavailable(
                  "the reply was lost when another node took the lead; the write may or may not"
                      + " have happened")));

  private final long maxBytes;
  private final Queue<Reply> large = new ArrayDeque<>();
  private long bytes;

  Replies(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  Message keep(ByteString content) {
    if (content.size() <= SMALL_BYTES) {
      return Message.valueOf(content);
    }
    Reply reply = new Reply(content);
    large.add(reply);
    bytes += content.size();
    while (bytes > maxBytes && large.size() > 1) {
      bytes -= large.remove().forget();
    }
    return reply;
  }

  private static final class Reply implements Message {

    private volatile ByteString content;

    Reply(ByteString content) {
      this.content = content;
    }

    @Override
    public ByteString getContent() {
      return content;
    }

    int forget() {
      int size = content.size();
      content = FORGOTTEN.getContent();
      return size;
    }
  }
}
