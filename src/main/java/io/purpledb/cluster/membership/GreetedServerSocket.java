package io.purpledb.cluster.membership;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands out connections whose other side has said in JGroups' words who it is. JGroups has a thread
 * and a buffer for each, and keeps it for as long as it is open. So their number is bounded, and
 * they end when nothing comes: a member has something to say when it connects, and goes on saying
 * that it is there.
 */
public final class GreetedServerSocket extends PreparedServerSocket {

  private static final long GREETING_MILLIS = 3_000;

  /** A mark of 4 bytes, a version and the length of an address, each of 2. */
  private static final int HEAD_BYTES = 8;

  /** Until the first word after the greeting. */
  private static final int FIRST_WORD_MILLIS = 3_000;

  /** A member says something every second. */
  private static final int SILENT_MILLIS = 15_000;

  /** So many may be about to say something; the one that others wait for longest gives way. */
  private static final int MAX_SILENT = 64;

  /** In all: each member has one, and each guest. */
  private static final int MAX_OPEN = 512;

  /** IPv6 with its scope and the port has 23. */
  private static final int MAX_ADDRESS_BYTES = 64;

  private final Set<Greeted> open = new HashSet<>();
  private final Deque<Greeted> silent = new ArrayDeque<>();

  /** Not bound yet. */
  public GreetedServerSocket() throws IOException {}

  @Override
  Socket unconnected() {
    return new Greeted();
  }

  @Override
  Socket prepare(Socket accepted) throws IOException {
    Greeted greeted = (Greeted) accepted;
    greeted.greet();
    Greeted givesWay = enter(greeted);
    if (givesWay != null) {
      givesWay.close();
    }
    return greeted;
  }

  /** Answers the connection that is given up for it, if there is one. */
  private synchronized @Nullable Greeted enter(Greeted greeted) throws ProtocolException {
    if (open.size() >= MAX_OPEN) {
      throw new ProtocolException("too many connections");
    }
    open.add(greeted);
    silent.add(greeted);
    return silent.size() > MAX_SILENT ? silent.poll() : null;
  }

  private synchronized void spoke(Greeted greeted) {
    silent.remove(greeted);
  }

  private synchronized void leave(Greeted greeted) {
    silent.remove(greeted);
    open.remove(greeted);
  }

  /** Reads what it has read already once more. */
  private final class Greeted extends Socket {

    private volatile @Nullable InputStream again;

    void greet() throws IOException {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GREETING_MILLIS);
      InputStream in = super.getInputStream();
      byte[] greeting = new byte[HEAD_BYTES + MAX_ADDRESS_BYTES];
      read(in, greeting, 0, HEAD_BYTES, deadline);
      int addressBytes = Short.toUnsignedInt(ByteBuffer.wrap(greeting).getShort(HEAD_BYTES - 2));
      if (addressBytes > MAX_ADDRESS_BYTES) {
        throw new ProtocolException("an address of " + addressBytes + " bytes");
      }
      read(in, greeting, HEAD_BYTES, addressBytes, deadline);
      setSoTimeout(FIRST_WORD_MILLIS); // JGroups closes a connection whose read fails
      byte[] said = Arrays.copyOf(greeting, HEAD_BYTES + addressBytes);
      again = new SequenceInputStream(new ByteArrayInputStream(said), new Words(in));
    }

    @Override
    public synchronized void close() throws IOException {
      leave(this);
      super.close();
    }

    /** What comes after the greeting. */
    private final class Words extends FilterInputStream {

      private boolean any;

      Words(InputStream in) {
        super(in);
      }

      @Override
      public int read() throws IOException {
        int word = super.read();
        came(word);
        return word;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        came(read);
        return read;
      }

      private void came(int read) throws IOException {
        if (!any && read >= 0) {
          any = true;
          spoke(Greeted.this);
          setSoTimeout(SILENT_MILLIS);
        }
      }
    }

    private void read(InputStream in, byte[] bytes, int offset, int length, long deadline)
        throws IOException {
      int end = offset + length;
      for (int at = offset; at < end; ) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new SocketTimeoutException("no greeting");
        }
        setSoTimeout((int) left);
        int read = in.read(bytes, at, end - at);
        if (read < 0) {
          throw new ProtocolException("ended within its greeting");
        }
        at += read;
      }
    }

    @Override
    public InputStream getInputStream() throws IOException {
      InputStream first = again;
      return first == null ? super.getInputStream() : first;
    }
  }
}
