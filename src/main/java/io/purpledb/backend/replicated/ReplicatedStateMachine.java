package io.purpledb.backend.replicated;

import io.purpledb.backend.CannotGoOnError;
import io.purpledb.backend.replicated.files.Stored;
import io.purpledb.backend.replicated.lead.PeerRooms;
import io.purpledb.backend.replicated.lead.ReadIndex;
import io.purpledb.backend.replicated.raft.LogUnavailableException;
import io.purpledb.backend.replicated.snapshot.SnapshotFile;
import io.purpledb.backend.replicated.snapshot.SnapshotStorage;
import io.purpledb.backend.replicated.snapshot.SnapshotThreshold;
import io.purpledb.backend.replicated.snapshot.Snapshots;
import io.purpledb.backend.replicated.state.ReplicatedState;
import io.purpledb.backend.replicated.state.Replies;
import io.purpledb.backend.replicated.state.RoomCheck;
import io.purpledb.backend.replicated.wire.Batch;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.message.Failure;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/** What Ratis drives: stamps writes on the leader, applies the log, reads, keeps snapshots. */
public final class ReplicatedStateMachine extends BaseStateMachine {

  /** How much of the replies to writes is kept for requests that are sent again, at most. */
  private static final long KEPT_REPLY_BYTES = 32L << 20;

  /** And of a small heap, one part of so many. */
  private static final long KEPT_REPLY_PART = 32;

  /** What those who watch may be told later takes such a part of the heap. */
  private static final long HISTORY_PART = 64;

  /** What one answer may have takes such a part of the heap, if it is more than an entry. */
  private static final long ANSWER_PART = 16;

  /** What Ratis and this class put around a write in an entry. */
  private static final int AROUND_BYTES = 4 << 10;

  /**
   * What the leader has read of a write is kept until it is applied; not of one with large values,
   * which would be in memory twice meanwhile.
   */
  private static final int READ_ONCE_BYTES = 64 << 10;

  private final long cacheMaxBytes;
  private final long maxBytes;
  private final InstantSource clock;
  private final BooleanSupplier clocksAgree;
  private final PeerRooms rooms;
  private final RoomCheck roomCheck;
  private final int entryBytes;
  private final int answerBytes;
  private final ChangeLog log = ChangeLog.ofCopy(Runtime.getRuntime().maxMemory() / HISTORY_PART);
  private final SnapshotStorage storage = new SnapshotStorage();
  private final Snapshots snapshots;
  private final Replies replies = new Replies(keptReplyBytes(Runtime.getRuntime().maxMemory()));
  private volatile ReplicatedState copy;
  private volatile @Nullable ReadIndex readIndex;
  private volatile @Nullable Stored stored;
  private volatile Runnable onLeader = () -> {};
  private volatile Runnable onApplied = () -> {};

  /**
   * @param rooms where the log has room
   * @param entryBytes the largest entry that it may have
   * @param threshold of the log of this node
   */
  public ReplicatedStateMachine(
      long cacheMaxBytes,
      long maxBytes,
      InstantSource clock,
      BooleanSupplier clocksAgree,
      PeerRooms rooms,
      int entryBytes,
      SnapshotThreshold threshold) {
    this.snapshots = new Snapshots(storage, threshold);
    this.rooms = rooms;
    this.roomCheck = new RoomCheck(rooms);
    this.entryBytes = entryBytes;
    this.cacheMaxBytes = cacheMaxBytes;
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.clocksAgree = clocksAgree;
    this.answerBytes = answerBytes(entryBytes, Runtime.getRuntime().maxMemory());
    log.goOnAfter(MemoryState.BEFORE);
    this.copy = newCopy();
  }

  /** No more than a message of Ratis may have, which is larger than two entries. */
  private static int answerBytes(int entryBytes, long heapBytes) {
    return (int) Math.max(entryBytes, Math.min(2L * entryBytes, heapBytes / ANSWER_PART));
  }

  private ReplicatedState newCopy() {
    return new ReplicatedState(cacheMaxBytes, maxBytes, clock, clocksAgree, replies, log);
  }

  /** The changes of the copy of this node. */
  public ChangeLog log() {
    return log;
  }

  /** The copy of this node. */
  public MemoryState entries() {
    return copy.store().entries();
  }

  /** The time of the cluster, in milliseconds since 1970. */
  public long nowMillis() {
    return copy.nowMillis();
  }

  /** The memory for replies, in bytes, of a heap of so many bytes. */
  public static long keptReplyBytes(long heapBytes) {
    return Math.min(KEPT_REPLY_BYTES, heapBytes / KEPT_REPLY_PART);
  }

  /** Says how this node makes sure that it leads; without it no read is answered. */
  public void readBy(ReadIndex readIndex) {
    this.readIndex = readIndex;
  }

  /** Says what looks through the files before they are used, and remembers what was applied. */
  public void storeBy(Stored stored) {
    this.stored = stored;
  }

  /** Says what is to be told when another leads. */
  public void tellOfLeader(Runnable onLeader) {
    this.onLeader = onLeader;
  }

  /** Says what is to be told when a write is applied. */
  public void tellOfWrites(Runnable onApplied) {
    this.onApplied = onApplied;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, group, raftStorage);
    getLifeCycle().startAndTransition(() -> load(raftStorage));
  }

  /** The leader has a snapshot that this node needs: nothing is applied until it is there. */
  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  @Override
  public void reinitialize() throws IOException {
    loadLatest();
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  /** A write that could not be read again must not reach the log: no node could apply it. */
  @Override
  public TransactionContext startTransaction(RaftClientRequest request) {
    ByteString content = request.getMessage().getContent();
    TransactionContext.Builder context =
        TransactionContext.newBuilder().setStateMachine(this).setClientRequest(request);
    try {
      Batch batch = batch(content);
      Batch admitted =
          roomCheck.admit(
              request.getClientId().toByteString(),
              request.getCallId(),
              batch,
              content.size(),
              copy);
      long now = copy.nowMillis();
      context.setLogData(
          Wire.entry(now, answerBytes, admitted.equals(batch) ? content : admitted.bytes()));
      if (content.size() <= READ_ONCE_BYTES) {
        context.setStateMachineContext(new Wire.LogEntry(now, answerBytes, admitted));
      }
      return context.build();
    } catch (IOException refusal) {
      TransactionContext refused = context.setLogData(ByteString.EMPTY).build();
      refused.setException(refusal);
      return refused;
    }
  }

  private Batch batch(ByteString content) throws IOException {
    Batch batch;
    try {
      batch = Batch.of(content);
    } catch (RuntimeException e) { // whatever comes of lengths that are none
      throw new IOException("not a write of this release of Purple", e);
    }
    if (content.size() > entryBytes - AROUND_BYTES) {
      throw new IOException(
          "a write of %d bytes (expected: the same max-value-bytes on all members)"
              .formatted(content.size()));
    }
    String harm = rooms.own().harm();
    if (harm != null) {
      throw new LogUnavailableException(harm);
    }
    return batch;
  }

  /** A write that ended half done ends the process: the copy may differ from the others now. */
  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    StateMachineLogEntryProto write = entry.getStateMachineLogEntry();
    Message reply;
    try {
      Wire.LogEntry known = (Wire.LogEntry) transaction.getStateMachineContext();
      reply =
          copy.apply(
              write.getClientId(),
              write.getCallId(),
              known == null ? Wire.entry(write.getLogData()) : known);
    } catch (Error halfDone) {
      giveUp(halfDone);
      throw halfDone;
    }
    roomCheck.applied(write.getClientId(), write.getCallId());
    snapshots.applied(write.getLogData().size());
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    remember(entry.getIndex());
    onApplied.run();
    return CompletableFuture.completedFuture(reply);
  }

  /** What Ratis itself wrote to the log is committed. */
  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    super.notifyTermIndexUpdated(term, index);
    remember(index);
  }

  /** Of this node too, before it leads. */
  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    Stored files = stored;
    if (files != null) {
      files.voted();
    }
    onLeader.run();
  }

  /** A read, on the node that takes itself for the leader. */
  @Override
  public CompletableFuture<Message> query(Message request) {
    ReadIndex confirm = readIndex;
    return confirm == null
        ? CompletableFuture.failedFuture(new IOException("not started"))
        : confirm.confirm().thenApply(ok -> Message.valueOf(read(request)));
  }

  /** The question of a {@link ReadIndex}, on any node. */
  @Override
  public CompletableFuture<Message> queryStale(Message request, long minIndex) {
    try {
      long term = getServer().join().getDivision(getGroupId()).getInfo().getCurrentTerm();
      return CompletableFuture.completedFuture(
          Message.valueOf(Wire.term(term, clock.millis(), rooms.own().canGrow(0))));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public long takeSnapshot() {
    return snapshots.take(getLastAppliedTermIndex(), copy);
  }

  @Override
  public void close() {
    snapshots.close();
  }

  /** Ratis would not write any more, and leave a process that answers nothing. */
  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    CannotGoOnError.tell(
        new CannotGoOnError(
            "cluster: the log%s cannot be written: %s".formatted(place(), reason(cause)), cause));
  }

  private String place() {
    Stored files = stored;
    return files == null ? "" : " in " + files.directory();
  }

  /** What the operating system says, within what Ratis makes of it. */
  private static String reason(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == cause
        ? cause.toString()
        : "%s: %s".formatted(cause.getMessage(), root.getMessage());
  }

  /** Ratis would only close its part. */
  private static void giveUp(Error error) {
    boolean told = error instanceof VirtualMachineError && !(error instanceof StackOverflowError);
    CannotGoOnError.tell(
        told
            ? error
            : new CannotGoOnError("cluster: a write was applied by half: " + error, error));
  }

  private void remember(long applied) {
    Stored files = stored;
    if (files != null) {
      files.applied(applied);
    }
  }

  private ByteString read(Message request) {
    try {
      return copy.read(request.getContent(), answerBytes);
    } catch (Failure failure) {
      return Wire.reply(failure);
    }
  }

  private void load(RaftStorage raftStorage) throws IOException {
    Stored files = stored;
    if (files != null) {
      files.checkLocked();
    }
    storage.init(raftStorage);
    loadLatest();
  }

  private void loadLatest() throws IOException {
    SingleFileSnapshotInfo latest = storage.loadLatestSnapshot();
    if (latest != null) {
      ReplicatedState loaded = newCopy();
      SnapshotFile.read(latest.getFile().getPath(), latest.getFile().getFileDigest(), loaded);
      copy = loaded;
      TermIndex applied = TermIndex.valueOf(latest.getTerm(), latest.getIndex());
      snapshots.loaded(applied);
      setLastAppliedTermIndex(applied);
    }
  }
}
