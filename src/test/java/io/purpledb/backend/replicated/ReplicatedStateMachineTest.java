package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.google.protobuf.ByteString;
import io.purpledb.backend.CannotGoOnError;
import io.purpledb.backend.replicated.lead.PeerRooms;
import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.backend.replicated.snapshot.SnapshotThreshold;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.v1.KvPutRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.statemachine.TransactionContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one node does with its log by itself. */
@Timeout(60)
final class ReplicatedStateMachineTest {

  @Test
  void anErrorInTheMiddleOfAWriteIsForWhoeverEndsTheProcess() {
    OutOfMemoryError error = new OutOfMemoryError("test");
    assertThat(toldOf(error)).containsExactly(error);
  }

  @Test
  void anErrorThatTheJvmWouldSurviveIsNoLessTheEnd() {
    StackOverflowError error = new StackOverflowError("test");
    assertThat(toldOf(error))
        .singleElement()
        .isInstanceOf(CannotGoOnError.class)
        .extracting(Throwable::getCause)
        .isSameAs(error);
  }

  @Test
  void repliesTakeAPartOfASmallHeap() {
    assertThat(ReplicatedStateMachine.keptReplyBytes(64L << 20)).isEqualTo(2L << 20);
    assertThat(ReplicatedStateMachine.keptReplyBytes(64L << 30)).isEqualTo(32L << 20);
  }

  /** Ratis asks from many threads at once. */
  @Test
  void writesThatAreTakenAtOnceDoNotFindTheSameRoom() throws Exception {
    int threads = 8;
    ExecutorService takers = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 500; round++) {
        ReplicatedStateMachine machine = machine(Instant::now, 100_000);
        AtomicInteger taken = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          RaftClientRequest put = request("k" + i, 30_000); // three fit
          ends.add(
              takers.submit(
                  () -> {
                    start.await();
                    if (machine.startTransaction(put).getException() == null) {
                      taken.incrementAndGet();
                    }
                    return null;
                  }));
        }
        for (Future<?> end : ends) {
          end.get();
        }
        assertThat(taken).hasValueBetween(1, 3);
      }
    } finally {
      takers.shutdownNow();
    }
  }

  private static RaftClientRequest request(String key, int bytes) {
    KvPutRequest put =
        KvPutRequest.newBuilder()
            .setKey(key)
            .setValue(ByteString.copyFrom(new byte[bytes]))
            .build();
    return RaftClientRequest.newBuilder()
        .setClientId(ClientId.randomId())
        .setGroupId(RaftGroupId.randomId())
        .setServerId(RaftPeerId.valueOf("n"))
        .setCallId(1)
        .setMessage(Message.valueOf(Wire.write(0, Wire.request(put))))
        .setType(RaftClientRequest.writeRequestType())
        .build();
  }

  /** It would stay, and answer nothing. */
  @Test
  void aPartThatEndsByItselfIsTheEndOfTheProcess(@TempDir Path directory) throws Exception {
    List<Throwable> told = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> told.add(thrown));
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      nodes.node(0).closePart();
      while (told.isEmpty()) {
        LockSupport.parkNanos(10_000_000);
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(told)
        .first()
        .isInstanceOf(CannotGoOnError.class)
        .extracting(Throwable::getMessage, STRING)
        .contains("has ended by itself");
  }

  /** Ratis has a handler of its own, which ends nothing. */
  @Test
  void whoeverEndsTheProcessIsNotReplaced(@TempDir Path directory) throws Exception {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.UncaughtExceptionHandler last = (thread, thrown) -> {};
    Thread.setDefaultUncaughtExceptionHandler(last);
    try (Nodes nodes = new Nodes(1, directory).startAll()) {
      assertThat(nodes.node(0).leads()).isTrue();
      assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(last);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  /** A stop is none. */
  @Test
  void aNodeThatIsClosedTellsNothing(@TempDir Path directory) throws Exception {
    List<Throwable> told = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> told.add(thrown));
    try {
      new Nodes(1, directory).startAll().close();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(told).isEmpty();
  }

  /** What the last resort of this thread's process hears when a write ends with an error. */
  private static List<Throwable> toldOf(Error error) {
    AtomicBoolean started = new AtomicBoolean();
    InstantSource clock =
        () -> {
          if (started.get()) {
            throw error;
          }
          return Instant.EPOCH;
        };
    ReplicatedStateMachine machine = machine(clock, 1 << 20);
    started.set(true);
    List<Throwable> told = new CopyOnWriteArrayList<>();
    Thread self = Thread.currentThread();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> {
          if (thread == self) {
            told.add(thrown);
          }
        });
    try {
      assertThatThrownBy(() -> machine.applyTransaction(put(machine))).isSameAs(error);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    return told;
  }

  private static ReplicatedStateMachine machine(InstantSource clock, long maxBytes) {
    PeerRooms rooms = new PeerRooms(LogRoom.of(Path.of("")), 1);
    return new ReplicatedStateMachine(
        maxBytes, maxBytes, clock, () -> true, rooms, 4 << 20, new SnapshotThreshold(1, 1));
  }

  private static TransactionContext put(ReplicatedStateMachine machine) {
    KvPutRequest put =
        KvPutRequest.newBuilder().setKey("k").setValue(ByteString.copyFromUtf8("v")).build();
    StateMachineLogEntryProto write =
        StateMachineLogEntryProto.newBuilder()
            .setLogData(Wire.entry(1, 1 << 20, Wire.write(0, Wire.request(put))))
            .build();
    return TransactionContext.newBuilder()
        .setStateMachine(machine)
        .setServerRole(RaftPeerRole.FOLLOWER)
        .setLogEntry(
            LogEntryProto.newBuilder()
                .setTerm(1)
                .setIndex(1)
                .setStateMachineLogEntry(write)
                .build())
        .build();
  }
}
