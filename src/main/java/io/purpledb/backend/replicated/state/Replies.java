package io.purpledb.backend.replicated.state;

import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.message.Failure;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * Bounds the memory of replies. Each reply to a write is kept for a while, to give it again when
 * the request is sent again; a reply with a whole set is large. The oldest large ones are
 * forgotten: who asks again is told that the write may have happened. Used by one thread.
 */
public final class Replies {

  private static final int SMALL_BYTES = 1024;

  /** The reply to a write that is known, when its own reply is not. */
  static final Message FORGOTTEN =
      Message.valueOf(
          Wire.reply(
              Failure.unavailable(
                  "the reply was lost when another node took the lead; the write may or may not"
                      + " have happened")));

  private final long maxBytes;

  /** In the order in which they came. */
  private final Set<Reply> large = new LinkedHashSet<>();

  private long bytes;

  public Replies(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  Message keep(ByteString content) {
    if (content.size() <= SMALL_BYTES) {
      return Message.valueOf(content);
    }
    Reply reply = new Reply(content);
    large.add(reply);
    bytes += content.size();
    Iterator<Reply> oldest = large.iterator();
    while (bytes > maxBytes && large.size() > 1) {
      bytes -= oldest.next().forget();
      oldest.remove();
    }
    return reply;
  }

  /**
   * Nobody will ask for a reply again. Ratis still has it for a while, so it lets go of its bytes.
   */
  void drop(Message reply) {
    if (reply instanceof Reply kept && large.remove(kept)) {
      bytes -= kept.forget();
    }
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
