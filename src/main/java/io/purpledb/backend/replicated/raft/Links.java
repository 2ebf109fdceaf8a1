package io.purpledb.backend.replicated.raft;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Connections to the other members, made when needed. A failure on one ends everything that waits
 * on it and makes a new one; of many that fail together the first does so.
 */
public final class Links {

  private final RaftClientRpc rpc;
  private final Map<RaftPeerId, AtomicInteger> generations = new ConcurrentHashMap<>();

  public Links(RaftClientRpc rpc, RaftGroup group) {
    this.rpc = rpc;
    rpc.addRaftPeers(group.getPeers());
    group.getPeers().forEach(peer -> generations.put(peer.getId(), new AtomicInteger()));
  }

  public CompletableFuture<RaftClientReply> send(RaftClientRequest request) {
    RaftPeerId peer = request.getServerId();
    int used = generation(peer).get();
    return rpc.sendRequestAsyncUnordered(request)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                renew(peer, used);
              }
            });
  }

  /** Ends everything that waits for an answer of a member. */
  public void renew(RaftPeerId peer) {
    renew(peer, generation(peer).get());
  }

  public void close() throws IOException {
    rpc.close();
  }

  private void renew(RaftPeerId peer, int used) {
    if (generation(peer).compareAndSet(used, used + 1)) {
      rpc.handleException(peer, new IOException("no answer of " + peer), true);
    }
  }

  private AtomicInteger generation(RaftPeerId peer) {
    return generations.computeIfAbsent(peer, id -> new AtomicInteger());
  }
}
