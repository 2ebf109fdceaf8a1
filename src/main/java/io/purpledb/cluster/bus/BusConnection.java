package io.purpledb.cluster.bus;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the event bus: Vert.x gets whole messages that are well-formed, and nothing
 * else. It ends when something else comes, when nothing whole comes for some time, and when its
 * pongs are not read.
 */
final class BusConnection extends ByteToMessageDecoder {

  private static final int SHOWN = 80;

  private final Channel channel;
  private final Object address;
  private final BusLimits limits;
  private final BusConnections connections;

  /** What it holds; of {@link BusConnections}. */
  int heldBytes;

  private volatile boolean silent = true;
  private final AtomicBoolean ended = new AtomicBoolean();
  private long lastWholeNanos = System.nanoTime();
  private @Nullable Future<?> late;

  BusConnection(Channel channel, BusLimits limits, BusConnections connections) {
    this.channel = channel;
    this.address =
        channel.remoteAddress() instanceof InetSocketAddress remote
            ? remote.getAddress()
            : String.valueOf(channel.remoteAddress());
    this.limits = limits;
    this.connections = connections;
  }

  /** Whose connection it is. */
  Object address() {
    return address;
  }

  /** Whether no whole message has come. */
  boolean isSilent() {
    return silent;
  }

  /** Closes it, from any thread; what comes meanwhile is dropped. False when it has ended. */
  boolean end() {
    boolean first = ended.compareAndSet(false, true);
    var unused = channel.close();
    return first;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    expectNext(context, TimeUnit.MILLISECONDS.toNanos(limits.silenceMillis()));
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    if (late != null) {
      late.cancel(false);
    }
  }

  private void expectNext(ChannelHandlerContext context, long nanos) {
    late = context.executor().schedule(() -> checkNext(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void checkNext(ChannelHandlerContext context) {
    long silence = System.nanoTime() - lastWholeNanos;
    long left = TimeUnit.MILLISECONDS.toNanos(limits.silenceMillis()) - silence;
    if (left > 0) {
      expectNext(context, left);
    } else {
      connections.close(this, "no whole message in %d ms".formatted(limits.silenceMillis()));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object read) throws Exception {
    if (ended.get()) {
      ReferenceCountUtil.release(read);
    } else {
      super.channelRead(context, read);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int begin = in.readerIndex();
    int end = begin;
    while (in.writerIndex() - end >= Integer.BYTES) {
      int length = in.getInt(end);
      String fault = fault(length);
      if (fault == null && in.writerIndex() - end - Integer.BYTES < length) {
        break;
      }
      if (fault == null) {
        fault = BusFrame.fault(in.slice(end + Integer.BYTES, length));
      }
      if (fault != null) {
        in.skipBytes(in.readableBytes());
        connections.close(this, fault);
        return;
      }
      end += Integer.BYTES + length;
    }
    if (end > begin) {
      silent = false;
      lastWholeNanos = System.nanoTime();
      out.add(in.readRetainedSlice(end - begin));
    }
    int rest = in.readableBytes();
    if (rest > 0 || heldBytes > 0) {
      connections.hold(this, rest, end > begin);
    }
  }

  /** Of one that ends half a message is left. */
  @Override
  protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {}

  private @Nullable String fault(int length) {
    return length < 1 || length > limits.maxFrameBytes()
        ? "a message of %d bytes (expected: 1 to %d)".formatted(length, limits.maxFrameBytes())
        : null;
  }

  /** A node reads the pong of each ping before it sends the next. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!context.channel().isWritable()) {
      connections.close(this, "its pongs are not read");
    }
    context.fireChannelWritabilityChanged();
  }

  /** The connection broke, or what came is not TLS of this cluster. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof IOException && !(root instanceof SSLException)) {
      end();
    } else {
      String text = root.toString();
      connections.close(this, text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text);
    }
  }
}
