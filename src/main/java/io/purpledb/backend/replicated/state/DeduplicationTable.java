package io.purpledb.backend.replicated.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * Does a write once, however often it is sent. Ratis knows the writes of the log that it has read
 * since its start; this is part of the data, so that a node which starts from a snapshot knows the
 * others, too. After RIFL (Lee et al., SOSP 2015): with each write a client tells the lowest number
 * that it still waits for, and what is below is forgotten. Used by the thread that applies the log,
 * but for the question whether a write is known.
 */
public final class DeduplicationTable {

  /** Each start of a node is a client. */
  static final int MAX_CLIENTS = 32;

  private final Replies kept;

  /** Guarded by this, as others ask; not while a write is done. */
  private final Map<ByteString, Client> clients = new LinkedHashMap<>();

  DeduplicationTable(Replies kept) {
    this.kept = kept;
  }

  /**
   * Does a write, or answers what it was answered.
   *
   * @param number the client's number of the write; a client's numbers rise
   * @param oldestOpen the lowest number that the client waited for when it sent this write
   */
  Message once(ByteString client, long number, long oldestOpen, Supplier<ByteString> write) {
    Client of;
    synchronized (this) {
      of = lastUsed(client);
      if (number < of.oldestOpen) {
        return Replies.FORGOTTEN; // nobody waits for it
      }
      of.forgetBelow(oldestOpen);
      Message known = of.replies.get(number);
      if (known != null) {
        return known;
      }
    }
    Message reply = kept.keep(write.get());
    synchronized (this) {
      of.replies.put(number, reply);
    }
    return reply;
  }

  /** Whether a write would not be done any more. Safe for use by many threads. */
  synchronized boolean knows(ByteString client, long number) {
    Client of = clients.get(client);
    return of != null && (number < of.oldestOpen || of.replies.containsKey(number));
  }

  /** What is known now, which does not change any more. */
  synchronized List<Image> image() {
    List<Image> image = new ArrayList<>();
    clients.forEach((id, client) -> image.add(client.image(id)));
    return image;
  }

  synchronized void restore(List<Image> image) {
    for (Image of : image) {
      Client client = lastUsed(of.client);
      client.forgetBelow(of.oldestOpen);
      of.replies.forEach((number, reply) -> client.replies.put(number, kept.keep(reply)));
    }
  }

  /** The clients that wrote last are kept, the order of the log decides: the same on every node. */
  private Client lastUsed(ByteString id) {
    Client client = clients.remove(id);
    if (client == null) {
      client = new Client();
    }
    clients.put(id, client);
    if (clients.size() > MAX_CLIENTS) {
      clients.remove(clients.keySet().iterator().next()).forgetAll();
    }
    return client;
  }

  /** One client's part of an image: clients are listed in the order of their last writes. */
  public record Image(ByteString client, long oldestOpen, Map<Long, ByteString> replies) {}

  private final class Client {

    long oldestOpen;
    final SortedMap<Long, Message> replies = new TreeMap<>();

    void forgetBelow(long number) {
      if (number > oldestOpen) {
        oldestOpen = number;
        SortedMap<Long, Message> below = replies.headMap(number);
        below.values().forEach(kept::drop);
        below.clear();
      }
    }

    void forgetAll() {
      replies.values().forEach(kept::drop);
    }

    Image image(ByteString id) {
      Map<Long, ByteString> contents = new HashMap<>();
      replies.forEach((number, reply) -> contents.put(number, reply.getContent()));
      return new Image(id, oldestOpen, contents);
    }
  }
}
