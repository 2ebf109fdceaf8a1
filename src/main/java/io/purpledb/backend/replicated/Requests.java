package io.purpledb.backend.replicated;

import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.message.Outcome;
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
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Brings requests to the leader: in this process when this node leads, over the network otherwise.
 * A request that a leader did not answer is sent again with the same number, to the next leader,
 * until its time is up; a write with a number that is known gets the same reply, and is done once
 * ({@link Answered}).
 */
final class Requests {

  private static final Logger LOG = System.getLogger(Requests.class.getName());
  private static final long PAUSE_MILLIS = 20;

  /** If there is a majority it has a leader by then, though a first election may fail. */
  private static final long PATIENCE_MILLIS = 3L * RaftSettings.ELECTION_MAX_MILLIS;

  private static final Executor SOON =
      CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS, Runnable::run);

  private final RaftServer server;
  private final Links links;
  private final Leadership leadership;
  private final RaftGroupId group;
  private final ClientId client;
  private final long timeoutMillis;
  private final OpenWrites openWrites = new OpenWrites();

  Requests(
      RaftServer server,
      Links links,
      Leadership leadership,
      RaftGroupId group,
      ClientId client,
      long timeoutMillis) {
    this.server = server;
    this.links = links;
    this.leadership = leadership;
    this.group = group;
    this.client = client;
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Sends a request; the future fails with {@link Failure} or with a defect.
   *
   * @param call what it is part of; after its deadline it is not sent, or sent again
   */
  CompletableFuture<ByteString> send(ByteString request, boolean write, Call call) {
    if (!write) {
      Pending read = new Pending(request, false, CallId.getAndIncrement(), call);
      read.attempt();
      return read.answer;
    }
    long number = openWrites.begin();
    try {
      Pending pending = new Pending(Wire.write(openWrites.oldest(), request), true, number, call);
      var unused = pending.answer.whenComplete((reply, failure) -> openWrites.end(number));
      pending.attempt();
      return pending.answer;
    } catch (Throwable t) { // open for good, no node would ever forget a reply
      openWrites.end(number);
      throw t;
    }
  }

  /** A request on its way. */
  private final class Pending {

    final CompletableFuture<ByteString> answer = new CompletableFuture<>();
    private final ByteString content;
    private final boolean write;
    private final long number;
    private final Call call;
    private boolean sent;

    /** So long before its time is up that who waits for a leader is told so. */
    private final long giveUpNanos =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis - timeoutMillis / 10);

    Pending(ByteString content, boolean write, long number, Call call) {
      this.content = content;
      this.write = write;
      this.number = number;
      this.call = call;
      answer.orTimeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** Never throws: nobody would hear it. */
    void attempt() {
      try {
        tryLeader();
      } catch (Throwable t) {
        answer.completeExceptionally(t);
      }
    }

    private void tryLeader() {
      if (answer.isDone()) {
        return;
      }
      if (call.isOver()) {
        String outcome = sent ? Outcome.UNKNOWN : "; nothing was sent";
        answer.completeExceptionally(
            Failure.timedOut("cluster: no answer before the deadline" + outcome));
        return;
      }
      RaftPeerId leader = leadership.leader();
      if (leader == null) {
        waitForLeader();
        return;
      }
      var unused = sendTo(leader).whenComplete((reply, thrown) -> receive(leader, reply, thrown));
    }

    private void waitForLeader() {
      long millis = leadership.leaderlessMillis();
      if (leadership.isClosed()) {
        answer.completeExceptionally(Failure.unavailable("cluster: this node is leaving"));
      } else if (millis > PATIENCE_MILLIS || System.nanoTime() - giveUpNanos > 0) {
        answer.completeExceptionally(
            Failure.unavailable(
                "cluster: no leader for %d ms (expected: a majority of the members within reach)"
                    .formatted(millis)));
      } else {
        SOON.execute(this::attempt);
      }
    }

    private CompletableFuture<RaftClientReply> sendTo(RaftPeerId leader) {
      sent = true;
      RaftClientRequest request =
          RaftClientRequest.newBuilder()
              .setClientId(client)
              .setGroupId(group)
              .setServerId(leader)
              .setCallId(number)
              .setMessage(Message.valueOf(content))
              .setType(
                  write
                      ? RaftClientRequest.writeRequestType()
                      : RaftClientRequest.readRequestType())
              .build();
      try {
        return leader.equals(server.getId())
            ? server.submitClientRequestAsync(request)
            : links.send(request);
      } catch (IOException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    private void receive(
        RaftPeerId leader, @Nullable RaftClientReply reply, @Nullable Throwable thrown) {
      try {
        received(leader, reply, thrown);
      } catch (Throwable t) {
        answer.completeExceptionally(t);
      }
    }

    private void received(
        RaftPeerId leader, @Nullable RaftClientReply reply, @Nullable Throwable thrown) {
      if (reply != null && reply.isSuccess()) {
        answer.complete(reply.getMessage().getContent());
        return;
      }
      Throwable cause = reply == null ? unwrap(thrown) : reply.getException();
      LOG.log(Level.DEBUG, () -> "request " + number + " to " + leader + ": " + cause);
      if (cause instanceof ResourceUnavailableException) {
        answer.completeExceptionally(
            Failure.busy("cluster: too many writes wait for the other members"));
      } else if (cause instanceof StateMachineException
          && cause.getCause() instanceof NoRoomException full) {
        answer.completeExceptionally(Failure.storageFull(full.text()));
      } else if (cause instanceof StateMachineException
          && cause.getCause() instanceof LogHarmedException harmed) {
        answer.completeExceptionally(Failure.unavailable(String.valueOf(harmed.getMessage())));
      } else if (write && cause instanceof StateMachineException) {
        answer.completeExceptionally(cause);
      } else {
        SOON.execute(this::attempt);
      }
    }
  }

  private static @Nullable Throwable unwrap(@Nullable Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }
}
