package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.backend.CannotGoOnError;
import io.purpledb.v1.KvPutRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.statemachine.TransactionContext;
import org.junit.jupiter.api.Test;

/** What one node does with its log by itself. */
final class MachineTest {

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
    assertThat(Machine.keptReplyBytes(64L << 20)).isEqualTo(2L << 20);
    assertThat(Machine.keptReplyBytes(64L << 30)).isEqualTo(32L << 20);
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
    Machine machine =
        new Machine(
            1 << 20,
            1 << 20,
            clock,
            () -> true,
            new PeerRooms(LogRoom.of(Path.of("")), 1),
            4 << 20);
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

  private static TransactionContext put(Machine machine) {
    KvPutRequest put =
        KvPutRequest.newBuilder().setKey("k").setValue(ByteString.copyFromUtf8("v")).build();
    StateMachineLogEntryProto write =
        StateMachineLogEntryProto.newBuilder()
            .setLogData(Wire.entry(1, Wire.write(0, Wire.request(put))))
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
