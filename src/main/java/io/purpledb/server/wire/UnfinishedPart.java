package io.purpledb.server.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that begins something and does not end it in time, however slowly its bytes
 * come: the headers of a request, or over HTTP/2 any frame. {@link FirstRequest} does the same
 * before the first request, and what serves a request looks after its body.
 */
public abstract class UnfinishedPart extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = System.getLogger(UnfinishedPart.class.getName());

  public static final String HTTP1_DECODER = "httpDecoder";

  /** A large part that takes longer gives way when room is short. */
  private static final long GIVES_WAY_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** In so many parts of its time a part is seen: to ask for the time at each costs more. */
  private static final int LOOKS = 4;

  private final long maxNanos;
  private boolean begun;
  private long parts;
  private long seenPart;
  private int looks;
  private @Nullable Future<?> look;
  private @Nullable Future<?> lookForOthers;

  public UnfinishedPart(long maxMillis) {
    this.maxNanos = TimeUnit.MILLISECONDS.toNanos(maxMillis);
  }

  /** The first byte of a part is here, or another one of a part that has begun. */
  public final void begin(ChannelHandlerContext context) {
    if (!begun) {
      begun = true;
      parts++;
      if (look == null) { // one look serves all the parts that begin and end before it
        lookAgain(context);
      }
    }
  }

  /** The part that has begun has room which others may need before it ends. */
  public final void mayGiveWay(ChannelHandlerContext context) {
    if (lookForOthers == null) {
      long part = parts;
      lookForOthers =
          context
              .executor()
              .schedule(() -> lookForOthers(context, part), GIVES_WAY_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private void lookForOthers(ChannelHandlerContext context, long part) {
    lookForOthers = null;
    if (!begun) {
      return;
    }
    if (Room.OF_REQUESTS.isCrowded() && part == parts) {
      LOG.log(
          Level.DEBUG,
          "{0}: closed with a part of a request, for whose bytes others are short of room",
          context.channel().remoteAddress());
      var unused = context.channel().close();
    } else {
      mayGiveWay(context);
    }
  }

  public final boolean isBegun() {
    return begun;
  }

  /** The last byte of the part is here. */
  public final void end() {
    begun = false;
  }

  private void lookAgain(ChannelHandlerContext context) {
    look = context.executor().schedule(() -> look(context), maxNanos / LOOKS, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    look = null;
    if (!begun) {
      return;
    }
    // As long as it is this server that does not read, no time goes by.
    boolean same = parts == seenPart && context.channel().config().isAutoRead();
    looks = same ? looks + 1 : 0;
    seenPart = parts;
    if (looks < LOOKS) {
      lookAgain(context);
      return;
    }
    LOG.log(
        Level.DEBUG,
        "{0}: closed with a part of a request that did not end in {1} ms",
        context.channel().remoteAddress(),
        TimeUnit.NANOSECONDS.toMillis(maxNanos));
    var unused = context.channel().close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (look != null) {
      look.cancel(false);
    }
    if (lookForOthers != null) {
      lookForOthers.cancel(false);
    }
  }
}
