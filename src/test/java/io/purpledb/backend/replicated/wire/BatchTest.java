package io.purpledb.backend.replicated.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.entry.Value;
import io.purpledb.engine.memory.MemoryState.Evicted;
import io.purpledb.message.Failure;
import io.purpledb.service.FlagService;
import io.purpledb.service.SetService;
import io.purpledb.v1.CacheSetRequest;
import io.purpledb.v1.FlagSetRequest;
import io.purpledb.v1.KvPutRequest;
import io.purpledb.v1.SetAddRequest;
import io.purpledb.v1.SetRemoveRequest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of writes, which come from other processes and outlive this one. */
final class BatchTest {

  private static final Key KEY = new Key("n", "kv", "k \ud83d\ude00", "i".repeat(200));
  private static final Key OTHER = new Key("n", "kv", KEY.name(), "other");
  private static final Commit COMMIT =
      new Commit(
          List.of(
              new Check.Absent(KEY),
              new Check.Present(KEY),
              new Check.HasVersion(KEY, -7),
              new Check.Within(KEY, Long.MIN_VALUE, 9)),
          List.of(
              new Change.Put(
                  KEY,
                  new Value.OfBytes(ByteString.copyFrom(new byte[300])),
                  new Description("a/b", Map.of("k", "v", "l", "")),
                  Change.KEEP),
              new Change.Put(KEY, new Value.OfNumber(-1), Description.NONE, 5),
              new Change.Delete(KEY),
              new Change.Add(KEY, 1, -2, 3),
              new Change.Touch(KEY, 8),
              new Change.DeleteRange(Range.itemsBefore(KEY))),
          List.of(KEY, KEY, OTHER),
          List.of(KEY.ofName(), OTHER.ofName(), OTHER.ofName()));
  private static final Claim CLAIM = new Claim(Range.items("n", "queue", "q"), 7, "m", "p");
  private static final List<Evicted> EVICTED =
      List.of(new Evicted(KEY, 7), new Evicted(OTHER, Long.MAX_VALUE));

  private static org.apache.ratis.thirdparty.com.google.protobuf.ByteString bytes() {
    return Batch.bytes(
        5,
        List.of(
            EngineWire.commit(COMMIT),
            EngineWire.claim(CLAIM),
            EngineWire.sweep(),
            EngineWire.evict(EVICTED),
            Item.refused(Wire.reply(Failure.storageFull("full")))));
  }

  @Test
  void writesAreReadAsTheyWereWritten() {
    Batch batch = Batch.of(bytes());

    assertThat(batch.oldestOpen()).isEqualTo(5);
    assertThat(batch.parts().stream().map(Batch.Part::item))
        .containsExactly(
            new Item.OfCommit(COMMIT),
            new Item.OfClaim(CLAIM),
            new Item.Sweep(),
            new Item.Evict(EVICTED),
            new Item.Refused(Wire.reply(Failure.storageFull("full"))));
    assertThat(batch.bytes()).isEqualTo(bytes());
  }

  /** As they are in logs of the release before. */
  @Test
  void requestsOfBeforeAreCommits() {
    KvPutRequest put =
        KvPutRequest.newBuilder().setKey("k").setValue(ByteString.copyFromUtf8("v")).build();

    assertThat(Item.of(Wire.request(put)))
        .isEqualTo(
            new Item.OfCommit(
                Commit.of(
                    new Change.Put(
                        Key.of("default", "kv", "k"),
                        new Value.OfBytes(ByteString.copyFromUtf8("v")),
                        Description.NONE,
                        Change.FOREVER)),
                true));
    CacheSetRequest text =
        CacheSetRequest.newBuilder().setKey("c").setValue("t").setTtlSeconds(7).build();
    assertThat(Item.of(Wire.request(text)))
        .isEqualTo(
            new Item.OfCommit(
                Commit.of(
                    new Change.Put(
                        Key.of("default", "cache", "c"),
                        new Value.OfBytes(ByteString.copyFromUtf8("t")),
                        Description.NONE,
                        7_000)),
                true));
    FlagSetRequest set = FlagSetRequest.newBuilder().setKey("f").setValue(true).build();
    assertThat(Item.of(Wire.request(set)))
        .isEqualTo(
            new Item.OfCommit(
                Commit.of(
                    new Change.Put(
                        Key.of("default", "flag", "f"),
                        FlagService.TRUE,
                        Description.NONE,
                        Change.FOREVER)),
                true));
    SetAddRequest add = SetAddRequest.newBuilder().setKey("s").setItem("i").build();
    assertThat(Item.of(Wire.request(add)))
        .isEqualTo(new Item.OfCommit(SetService.addition("default", "s", "i"), true));
    SetRemoveRequest remove = SetRemoveRequest.newBuilder().setKey("s").setItem("i").build();
    assertThat(Item.of(Wire.request(remove)))
        .isEqualTo(new Item.OfCommit(SetService.removal("default", "s", "i"), true));
  }

  /** Each key in full, and no items. */
  @Test
  void aCommitOfBeforeIsRead() {
    byte[] key = {1, 'n', 2, 'k', 'v', 1, 'k', 0};
    org.apache.ratis.thirdparty.com.google.protobuf.ByteString.Output out =
        org.apache.ratis.thirdparty.com.google.protobuf.ByteString.newOutput();
    out.write(-2);
    out.write(1);
    out.write(2); // present
    out.write(key, 0, key.length);
    out.write(1);
    out.write(2); // delete
    out.write(key, 0, key.length);
    out.write(1);
    out.write(key, 0, key.length);
    Key of = Key.of("n", "kv", "k");

    assertThat(Item.of(out.toByteString()))
        .isEqualTo(
            new Item.OfCommit(
                new Commit(
                    List.of(new Check.Present(of)), List.of(new Change.Delete(of)), List.of(of))));
  }

  @Test
  void aReadAndNothingAtAllAreNoWrites() {
    assertThatThrownBy(() -> Batch.of(Batch.bytes(0, List.of(EngineWire.read(List.of(KEY))))))
        .isInstanceOf(Failure.class);
    assertThatThrownBy(() -> Batch.of(Batch.bytes(0, List.of()))).isInstanceOf(Failure.class);
  }

  /** What is none of it is refused, and takes no memory. */
  @Test
  void bytesOfStrangersAreRefusedOrRead() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] right = bytes().toByteArray();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] wrong = right.clone();
      for (int changed = random.nextInt(3); changed >= 0; changed--) {
        wrong[random.nextInt(wrong.length)] = (byte) random.nextInt();
      }
      try {
        Batch read =
            Batch.of(
                org.apache.ratis.thirdparty.com.google.protobuf.ByteString.copyFrom(
                    wrong, 0, random.nextInt(wrong.length + 1)));
        assertThat(read.parts()).as("seed %d", seed).isNotEmpty();
      } catch (RuntimeException e) { // anything else fails the test
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1_000);
  }
}
