package io.purpledb.backend.replicated;

import com.google.protobuf.Message;
import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.backend.replicated.wire.Wire;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/** A write whose answer gets lost as often as wished: it is sent with the same number each time. */
record SentWrite(Nodes nodes, RaftGroup group, ClientId client, ByteString content) {

  private static final long NUMBER = 7;

  SentWrite(Nodes nodes, Message.Builder request) {
    this(
        nodes,
        Group.of(nodes.config(0), Group::address),
        ClientId.randomId(),
        Wire.write(NUMBER, Wire.request(request.build())));
  }

  /** Sends it to the first node; what it answers. */
  ByteString send() throws Exception {
    return send(0);
  }

  /** Sends it to a node, by no network that can be cut. */
  ByteString send(int node) throws Exception {
    try (RaftClientRpc rpc =
        new GrpcFactory(new Parameters()).newRaftClientRpc(client, new RaftProperties())) {
      rpc.addRaftPeers(group.getPeers());
      RaftClientReply reply =
          rpc.sendRequestAsyncUnordered(
                  RaftClientRequest.newBuilder()
                      .setClientId(client)
                      .setGroupId(group.getGroupId())
                      .setServerId(Group.id(nodes.members.get(node)))
                      .setCallId(NUMBER)
                      .setMessage(org.apache.ratis.protocol.Message.valueOf(content))
                      .setType(RaftClientRequest.writeRequestType())
                      .build())
              .get(10, TimeUnit.SECONDS);
      if (!reply.isSuccess()) {
        throw reply.getException();
      }
      return reply.getMessage().getContent();
    }
  }
}
