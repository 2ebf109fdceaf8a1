package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.replicated.snapshot.AnsweredPart;
import io.purpledb.backend.replicated.snapshot.SnapshotFile;
import io.purpledb.backend.replicated.state.ReplicatedState;
import io.purpledb.backend.replicated.state.Replies;
import io.purpledb.backend.replicated.wire.Batch;
import io.purpledb.backend.replicated.wire.EngineWire;
import io.purpledb.backend.replicated.wire.EntryCodec;
import io.purpledb.backend.replicated.wire.Wire;
import io.purpledb.engine.Change;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.MemoryState;
import io.purpledb.engine.memory.MemoryState.Evicted;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.service.FlagService;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.CacheSetResponse;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetAddResponse;
import io.purpledb.v1.SetRemoveRequest;
import io.purpledb.v1.SetRemoveResponse;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members come from a release before with snapshots of different moments, and the log behind them:
 * what they make of it is the same.
 */
final class FormatsTest {

  private static final ByteString CLIENT = ByteString.copyFromUtf8("client");
  private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(1_000);
  private static final Key FLAG = Key.of("default", "flag", "f");
  private static final Key MEMBER = new Key("default", "set", "s", "b");
  private static final Key CACHED = Key.of("default", "cache", "c");
  private static final Key FIRST = Key.of("default", "kv", "first");
  private static final Key THIRD = Key.of("default", "kv", "third");
  private static final Key SECOND = Key.of("default", "kv", "second");

  /** In format 3 of the log and of the snapshots, flags took no position. */
  @Test
  void flagsOfFormat3AreTheSameFromTheLogAndFromASnapshot(@TempDir Path directory)
      throws IOException {
    ByteString set = Wire.request(FlagSetRequest.newBuilder().setKey("f").setValue(true).build());
    ReplicatedState fromLog = copy();
    fromLog.apply(CLIENT, 1, entryOf3(put(FIRST)));
    fromLog.apply(CLIENT, 2, entryOf3(set));
    fromLog.apply(CLIENT, 3, entryOf3(put(SECOND)));
    Entry first = fromLog.store().entries().get(FIRST, CLOCK);
    assertThat(first).isNotNull();

    Path snapshot = directory.resolve("snapshot");
    writeSnapshot(
        snapshot,
        3,
        first,
        out -> {
          out.writeByte(3);
          SnapshotFile.writeBytes(out, "f".getBytes(StandardCharsets.UTF_8));
          out.writeBoolean(true);
        });
    ReplicatedState fromSnapshot = copy();
    SnapshotFile.read(snapshot, null, fromSnapshot);
    fromSnapshot.apply(CLIENT, 3, entryOf3(put(SECOND)));

    for (Key key : List.of(FIRST, FLAG, SECOND)) {
      assertThat(fromSnapshot.store().entries().get(key, CLOCK))
          .isNotNull()
          .isEqualTo(fromLog.store().entries().get(key, CLOCK));
    }
    Entry flag = Objects.requireNonNull(fromLog.store().entries().get(FLAG, CLOCK));
    assertThat(flag.value()).isEqualTo(FlagService.TRUE);
    assertThat(flag.version()).isEqualTo(MemoryState.BEFORE);
    assertThat(fromSnapshot.image().data().position())
        .isEqualTo(fromLog.image().data().position())
        .isEqualTo(2);

    SnapshotFile.write(directory.resolve("again"), fromLog.image());
    ReplicatedState again = copy();
    SnapshotFile.read(directory.resolve("again"), null, again);
    assertThat(again.store().entries().get(FLAG, CLOCK)).isEqualTo(flag);
  }

  /**
   * In format 4 of the log and of the snapshots, sets took no position, and were answered whole.
   */
  @Test
  void setsOfFormat4AreTheSameFromTheLogAndFromASnapshot(@TempDir Path directory)
      throws IOException {
    ByteString add = Wire.request(SetAddRequest.newBuilder().setKey("s").setItem("b").build());
    ByteString gone = Wire.request(SetAddRequest.newBuilder().setKey("s").setItem("a").build());
    ByteString remove =
        Wire.request(SetRemoveRequest.newBuilder().setKey("s").setItem("a").build());
    ReplicatedState fromLog = copy();
    fromLog.apply(CLIENT, 1, entryOf(4, put(FIRST)));
    fromLog.apply(CLIENT, 2, entryOf(4, gone));
    ByteString added = fromLog.apply(CLIENT, 3, entryOf(4, add)).getContent();
    assertThat(Batch.replies(added, 1))
        .containsExactly(
            Wire.reply(SetAddResponse.newBuilder().addItems("a").addItems("b").build()));
    ByteString removed = fromLog.apply(CLIENT, 4, entryOf(4, remove)).getContent();
    assertThat(Batch.replies(removed, 1))
        .containsExactly(Wire.reply(SetRemoveResponse.newBuilder().addItems("b").build()));
    fromLog.apply(CLIENT, 5, entryOf(4, put(SECOND)));
    Entry first = Objects.requireNonNull(fromLog.store().entries().get(FIRST, CLOCK));

    Path snapshot = directory.resolve("snapshot");
    writeSnapshot(
        snapshot,
        4,
        first,
        out -> {
          out.writeByte(5);
          SnapshotFile.writeBytes(out, "s".getBytes(StandardCharsets.UTF_8));
          out.writeInt(1);
          SnapshotFile.writeBytes(out, "b".getBytes(StandardCharsets.UTF_8));
        });
    ReplicatedState fromSnapshot = copy();
    SnapshotFile.read(snapshot, null, fromSnapshot);
    fromSnapshot.apply(CLIENT, 5, entryOf(4, put(SECOND)));

    for (Key key : List.of(FIRST, MEMBER, SECOND)) {
      assertThat(fromSnapshot.store().entries().get(key, CLOCK))
          .isNotNull()
          .isEqualTo(fromLog.store().entries().get(key, CLOCK));
    }
    Entry member = Objects.requireNonNull(fromLog.store().entries().get(MEMBER, CLOCK));
    assertThat(member.version()).isEqualTo(MemoryState.BEFORE);
    assertThat(fromSnapshot.image().data().position())
        .isEqualTo(fromLog.image().data().position())
        .isEqualTo(2);

    SnapshotFile.write(directory.resolve("again"), fromLog.image());
    ReplicatedState again = copy();
    SnapshotFile.read(directory.resolve("again"), null, again);
    assertThat(again.store().entries().get(MEMBER, CLOCK)).isEqualTo(member);
  }

  /**
   * Up to format 5 each node evicted by itself, so their snapshots have not the same of the cache.
   * What comes later has the same positions all the same: what they have takes none when it goes.
   */
  @Test
  void theCacheOfFormat5TakesNoPositions(@TempDir Path directory) throws IOException {
    ByteString set =
        Wire.request(
            CacheSetRequest.newBuilder().setKey("c").setValue("text").setTtlSeconds(7).build());
    ReplicatedState fromLog = copy(1 << 20);
    fromLog.apply(CLIENT, 1, entryOf(5, put(FIRST)));
    ByteString done = fromLog.apply(CLIENT, 2, entryOf(5, set)).getContent();
    assertThat(Batch.replies(done, 1))
        .containsExactly(Wire.reply(CacheSetResponse.getDefaultInstance()));
    Entry first = Objects.requireNonNull(fromLog.store().entries().get(FIRST, CLOCK));
    Entry cached = Objects.requireNonNull(fromLog.store().entries().get(CACHED, CLOCK));
    assertThat(cached.version()).isEqualTo(MemoryState.BEFORE);
    List<ReplicatedState> states = new ArrayList<>(List.of(fromLog));
    for (String names : List.of("", "c", "cabdefgh")) {
      Path snapshot = directory.resolve("snapshot" + names);
      writeSnapshot(snapshot, 5, first, out -> writeCache(out, names));
      ReplicatedState fromSnapshot = copy(1 << 20);
      SnapshotFile.read(snapshot, null, fromSnapshot);
      assertThat(fromSnapshot.store().entries().get(CACHED, CLOCK))
          .isEqualTo(names.isEmpty() ? null : cached);
      Path again = directory.resolve("again" + names);
      SnapshotFile.write(again, fromSnapshot.image());
      ReplicatedState afterAStart = copy(1 << 20);
      SnapshotFile.read(again, null, afterAStart);
      states.add(fromSnapshot);
      states.add(afterAStart);
    }
    List<Evicted> evicted =
        List.of(
            new Evicted(Key.of("default", "cache", "a"), MemoryState.BEFORE),
            new Evicted(Key.of("default", "cache", "x"), MemoryState.BEFORE));
    for (ReplicatedState state : states) {
      state.apply(CLIENT, 3, entryOf(5, put(SECOND)));
      state.apply(CLIENT, 4, entryOf(6, EngineWire.evict(evicted)));
      state.apply(CLIENT, 5, later(EngineWire.sweep(), put(THIRD)));
      assertThat(state.store().entries().get(CACHED, CLOCK)).isNull();
      Entry third = Objects.requireNonNull(state.store().entries().get(THIRD, CLOCK));
      assertThat(third.version()).isEqualTo(first.version() + 2);
    }
  }

  /** Which of the others a sweep frees does not depend on them either. */
  @Test
  void aSweepFreesTheSameBesideTheCacheOfFormat5(@TempDir Path directory) throws IOException {
    List<Integer> left = new ArrayList<>();
    for (int old : List.of(0, 1_500)) {
      ReplicatedState state = copy(1 << 20);
      ByteString[] sets = new ByteString[old];
      for (int i = 0; i < old; i++) {
        sets[i] =
            Wire.request(CacheSetRequest.newBuilder().setKey("c" + i).setTtlSeconds(1).build());
      }
      if (old > 0) {
        state.apply(CLIENT, 1, entryOf(5, sets));
      }
      List<ByteString> puts = new ArrayList<>();
      for (int i = 0; i < 1_200; i++) {
        Key key = Key.of("default", "kv", "k" + i);
        Value value = new Value.OfNumber(i);
        puts.add(EngineWire.commit(Commit.of(new Change.Put(key, value, Description.NONE, 5_000))));
      }
      state.apply(CLIENT, 2, entryOf(6, puts.toArray(ByteString[]::new)));
      state.apply(CLIENT, 3, later(EngineWire.sweep()));
      int there = 0;
      for (int i = 0; i < 1_200; i++) {
        Key key = Key.of("default", "kv", "k" + i);
        there += state.store().entries().get(key, CLOCK) == null ? 0 : 1;
      }
      left.add(there);
    }
    assertThat(left).containsExactly(200, 200);
  }

  private static Wire.LogEntry later(ByteString... writes) {
    return Wire.entry(Wire.entry(90_000, 1 << 20, Batch.bytes(0, List.of(writes))));
  }

  private static void writeCache(DataOutputStream out, String names) throws IOException {
    for (int i = 0; i < names.length(); i++) {
      out.writeByte(1);
      SnapshotFile.writeBytes(out, names.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
      SnapshotFile.writeBytes(out, "text".getBytes(StandardCharsets.UTF_8));
      out.writeLong(8_000);
    }
  }

  /** What of a batch is done depends on the sizes of its replies, so those are as they were. */
  @Test
  void ofABatchOfFormat3AsMuchIsDoneAsThen() {
    ReplicatedState state = copy();
    SetAddRequest last = SetAddRequest.newBuilder().setKey("s").setItem("last").build();
    int number = 1;
    while (mostReplyBytes(state, last) < (1 << 20) - 4_000) {
      String item = "item %d ".formatted(number).repeat(100);
      SetAddRequest add = SetAddRequest.newBuilder().setKey("s").setItem(item).build();
      state.apply(CLIENT, number++, entryOf3(Wire.request(add)));
    }
    List<ByteString> writes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) { // a byte each then
      writes.add(Wire.request(FlagSetRequest.newBuilder().setKey("f" + i).build()));
    }
    writes.add(Wire.request(last));

    ByteString reply =
        state.apply(CLIENT, number, entryOf3(writes.toArray(ByteString[]::new))).getContent();

    assertThat(Batch.replies(reply, writes.size()).get(1_000)).isNotEqualTo(Wire.LATER);
    assertThat(mostReplyBytes(state, last)).isGreaterThan((1 << 20) - 4_000);
  }

  /** A removal was counted with the set alone. */
  @Test
  void aRemovalOfFormat4IsDoneWhereItWasThen() {
    String item = "i".repeat(1_000);
    SetRemoveRequest remove = SetRemoveRequest.newBuilder().setKey("s").setItem(item).build();
    ReplicatedState state = copy();
    int number = 1;
    long before;
    do { // until what is left is less than a member
      SetAddRequest add =
          SetAddRequest.newBuilder().setKey("s").setItem("%04d".formatted(number) + item).build();
      state.apply(CLIENT, number++, entryOf(4, Wire.request(add)));
      before = 512 + state.store().entries().itemsBytes(List.of(Key.of("default", "set", "s")));
    } while (before + 1_100 < (1 << 20));
    List<ByteString> writes = new ArrayList<>();
    for (int i = 0; i < (1 << 20) - before; i++) { // a byte each, as little as is left
      writes.add(Wire.request(FlagSetRequest.newBuilder().setKey("f").build()));
    }
    writes.add(Wire.request(remove));

    ByteString reply =
        state.apply(CLIENT, number, entryOf(4, writes.toArray(ByteString[]::new))).getContent();

    List<ByteString> replies = Batch.replies(reply, writes.size());
    assertThat(replies.get(writes.size() - 1)).isNotEqualTo(Wire.LATER);
  }

  /** As format 3 has it. */
  private static long mostReplyBytes(ReplicatedState state, SetAddRequest add) {
    return 512
        + MemoryState.itemBytes(new Key("default", "set", add.getKey(), add.getItem()))
        + state.store().entries().itemsBytes(List.of(Key.of("default", "set", add.getKey())));
  }

  private static ReplicatedState copy() {
    return copy(0);
  }

  private static ReplicatedState copy(long cacheMaxBytes) {
    return new ReplicatedState(
        cacheMaxBytes, 1 << 20, CLOCK, () -> true, new Replies(1 << 20), ChangeLog.ofCopy(1 << 20));
  }

  private static ByteString put(Key key) {
    Value value = new Value.OfBytes(UnsafeByteOperations.unsafeWrap(new byte[] {1}));
    return EngineWire.commit(
        Commit.of(new Change.Put(key, value, Description.NONE, Change.FOREVER)));
  }

  private static Wire.LogEntry entryOf3(ByteString... writes) {
    return entryOf(3, writes);
  }

  private static Wire.LogEntry entryOf(int format, ByteString... writes) {
    byte[] bytes =
        Wire.entry(CLOCK.millis(), 1 << 20, Batch.bytes(0, List.of(writes))).toByteArray();
    bytes[0] = (byte) format;
    return Wire.entry(ByteString.copyFrom(bytes));
  }

  /** Writes the rest of a snapshot. */
  private interface Rest {
    void writeTo(DataOutputStream out) throws IOException;
  }

  /** With one entry, and the rest. */
  private static void writeSnapshot(Path file, int format, Entry entry, Rest rest)
      throws IOException {
    CRC32C checksum = new CRC32C();
    try (DataOutputStream out =
        new DataOutputStream(new CheckedOutputStream(Files.newOutputStream(file), checksum))) {
      out.writeLong(0x50555250_00000000L | format);
      out.writeLong(CLOCK.millis());
      out.writeLong(entry.version()); // the position
      AnsweredPart.write(out, List.of());
      out.writeByte(6);
      EntryCodec.writeEntry(out, entry);
      rest.writeTo(out);
      out.writeByte(0);
      out.writeLong(checksum.getValue());
    }
  }
}
