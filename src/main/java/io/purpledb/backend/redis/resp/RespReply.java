package io.purpledb.backend.redis.resp;

import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reply of one connection that is being read: what it is made of so far, and the room that this
 * takes. From the moment on when there is none, nothing of it is kept, and its bytes are counted
 * only, so that it can be said how large it was.
 */
final class RespReply {

  /** What each connection has free: small replies need not be counted among all connections. */
  private static final int FREE_BYTES = 16 << 10;

  /** So that the items of a large set do not ask for room one by one. */
  private static final int STEP_BYTES = 64 << 10;

  /** What an item takes beside its bytes, from here to the answer. */
  private static final int ITEM_BYTES = 96;

  private static final int MAX_DEPTH = 32;

  private final RespReplies replies;
  private final ReplyRoom room;
  private final ArrayDeque<Open> open = new ArrayDeque<>();
  private long bytes;
  private long takenBytes;
  private boolean dropped;

  RespReply(RespReplies replies, ReplyRoom room) {
    this.replies = replies;
    this.room = room;
  }

  /** What has items, of which some are missing. */
  private static final class Open {

    private final byte type;
    private final List<@Nullable Response> items = new ArrayList<>();
    private long missing;

    Open(byte type, long missing) {
      this.type = type;
      this.missing = missing;
    }
  }

  /** Counts bytes that are about to come; answers whether they are to be kept. */
  boolean takes(long more) {
    bytes += more;
    long needed = bytes - FREE_BYTES - takenBytes;
    if (!dropped && needed > 0) {
      long step = Math.max(needed, STEP_BYTES);
      if (room.take(step)) {
        takenBytes += step;
      } else if (room.take(needed)) {
        takenBytes += needed;
      } else {
        drop();
      }
    }
    return !dropped;
  }

  /** Begins what has items. */
  void begin(byte type, long items) {
    if (open.size() == MAX_DEPTH) {
      throw new RespFormException("arrays within arrays, more than " + MAX_DEPTH, "");
    }
    open.push(new Open(type, items));
    if (items == 0) {
      close();
    }
  }

  /** Adds what has come whole: an item, or the reply itself. */
  void add(@Nullable Response whole) {
    Open outer = open.peek();
    if (outer == null) {
      hand(whole, ResponseType.BULK); // no other that is no error can be so large
      return;
    }
    if (takes(ITEM_BYTES)) {
      outer.items.add(whole);
    }
    outer.missing--;
    if (outer.missing == 0) {
      close();
    }
  }

  private void close() {
    Open whole = open.pop();
    if (whole.type == '|') {
      return; // attributes of what comes next, which nobody has asked for
    }
    ResponseType type = whole.type == '>' ? ResponseType.PUSH : ResponseType.MULTI;
    RespItems items = new RespItems(type, whole.type == '%', whole.items);
    if (open.isEmpty()) {
      hand(items, type);
    } else {
      add(items);
    }
  }

  private void hand(@Nullable Response whole, ResponseType type) {
    try {
      if (dropped) {
        replies.dropped(type, room.refusal(bytes));
      } else {
        replies.handle(whole);
      }
    } finally {
      forget(); // whoever has it now counts it
    }
  }

  private void drop() {
    dropped = true;
    open.forEach(outer -> outer.items.clear());
    room.giveBack(takenBytes);
    takenBytes = 0;
  }

  /** Forgets what has come. */
  void forget() {
    open.clear();
    room.giveBack(takenBytes);
    takenBytes = 0;
    bytes = 0;
    dropped = false;
  }
}
