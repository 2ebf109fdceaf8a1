package io.purpledb.backend.replicated.raft;

import io.purpledb.message.Failure;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/** Sends to a leader: in this process when this node leads, over the network otherwise. */
public final class Raft {

  private static final Logger LOG = System.getLogger(Raft.class.getName());
  private static final long PAUSE_MILLIS = 20;

  /** Where what is to be tried again is. */
  public static final Executor SOON =
      CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS, Runnable::run);

  private final RaftServer server;
  private final Links links;
  private final RaftGroupId group;
  private final ClientId client;

  public Raft(RaftServer server, Links links, RaftGroupId group, ClientId client) {
    this.server = server;
    this.links = links;
    this.group = group;
    this.client = client;
  }

  public CompletableFuture<RaftClientReply> send(
      RaftPeerId leader, ByteString content, boolean write, long number) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setGroupId(group)
            .setServerId(leader)
            .setCallId(number)
            .setMessage(Message.valueOf(content))
            .setType(
                write ? RaftClientRequest.writeRequestType() : RaftClientRequest.readRequestType())
            .build();
    try {
      return leader.equals(server.getId())
          ? server.submitClientRequestAsync(request)
          : links.send(request);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * What came of a request: a reply, a failure, or neither.
   *
   * @param cause why there is no reply; null when that is not known
   */
  public record SendOutcome(@Nullable ByteString reply, @Nullable Throwable cause) {

    public static SendOutcome of(
        RaftPeerId leader,
        long number,
        @Nullable RaftClientReply reply,
        @Nullable Throwable thrown) {
      if (reply != null && reply.isSuccess()) {
        return new SendOutcome(reply.getMessage().getContent(), null);
      }
      Throwable cause = reply == null ? unwrap(thrown) : reply.getException();
      LOG.log(Level.DEBUG, () -> "request " + number + " to " + leader + ": " + cause);
      return new SendOutcome(null, cause);
    }

    /** What a leader refused it with; null when it is to be sent again. */
    public @Nullable Throwable refusal() {
      if (cause instanceof ResourceUnavailableException) {
        return Failure.busy("cluster: too many writes wait for the other members");
      }
      if (cause instanceof StateMachineException
          && cause.getCause() instanceof LogUnavailableException harmed) {
        return Failure.unavailable(String.valueOf(harmed.getMessage()));
      }
      return cause instanceof StateMachineException ? cause : null;
    }
  }

  private static @Nullable Throwable unwrap(@Nullable Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }
}
