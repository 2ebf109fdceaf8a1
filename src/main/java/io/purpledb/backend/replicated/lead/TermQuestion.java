package io.purpledb.backend.replicated.lead;

import io.purpledb.backend.replicated.raft.Links;
import io.purpledb.backend.replicated.wire.Wire;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;

/**
 * Asks a member for its term, as a read that any member answers by itself, and takes notice of its
 * clock and of its room.
 */
public record TermQuestion(
    Links links, RaftGroup group, ClientId client, PeerClocks clocks, PeerRooms rooms) {

  public CompletableFuture<Long> ask(RaftPeerId member) {
    RaftClientRequest question =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setGroupId(group.getGroupId())
            .setServerId(member)
            .setCallId(CallId.getAndIncrement())
            .setMessage(Message.EMPTY)
            .setType(RaftClientRequest.staleReadRequestType(0))
            .build();
    return links
        .send(question)
        .thenApply(
            reply -> {
              Wire.Term answer = Wire.term(reply.getMessage().getContent());
              clocks.heard(member, answer.clockMillis());
              rooms.heard(member, answer.hasRoom());
              return answer.term();
            });
  }
}
