package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.DataCheck;
import io.purpledb.backend.replicated.MemberFiles.Kind;
import io.purpledb.backend.replicated.MemberFiles.Loss;
import io.purpledb.backend.replicated.files.MemberCheck;
import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of a member that are not as it left them: its start is refused with the file's name, or all
 * that was acknowledged is right. A member that is alone gets nothing from others.
 */
@Tag("long")
@Timeout(3_600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RaftDamageTest {

  /** How many bits are flipped in each file, one by one. */
  private static final int FLIPS = Integer.getInteger("purple.rounds", 8);

  private final Path directory;
  private List<Member> members = List.of();
  private int copies;

  RaftDamageTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** How the files were left. */
  enum Left {
    CLOSED,
    KILLED,
    /** Of another cluster. */
    FOREIGN
  }

  @BeforeAll
  void fill() throws Exception {
    members = Nodes.members(1);
    fill(members, base(Left.CLOSED), base(Left.KILLED), "");
    fill(Nodes.members(1), base(Left.FOREIGN), directory.resolve("unused"), "not ");
  }

  private static void fill(List<Member> members, Path closed, Path killed, String prefix)
      throws Exception {
    try (Nodes nodes = new Nodes(members, closed)) {
      nodes.snapshotEntries = 40;
      Data data = new Data(prefix);
      nodes.startAll();
      data.fill(new Ask(nodes.node(0)), 30);
      nodes.stop(0); // a snapshot cuts off whole segments only
      nodes.startAll();
      data.fill(new Ask(nodes.node(0)), 30);
      nodes.snapshotEntries = 1_000_000;
      for (int i = 0; i < 3; i++) { // each start begins a segment of the log
        nodes.stop(0);
        nodes.startAll();
        data.fill(new Ask(nodes.node(0)), 10);
      }
      MemberFiles.copy(closed, killed);
    }
  }

  private Path base(Left left) {
    return directory.resolve(left.toString());
  }

  private Path copy(Left left) throws IOException {
    Path copy = directory.resolve("copy" + copies++);
    MemberFiles.copy(base(left), copy);
    return copy;
  }

  /** Starts with what is there, and answers how that was refused; null when all data are right. */
  private @Nullable String refusal(Path data, String what) throws Exception {
    try (Nodes nodes = new Nodes(members, data)) {
      DataCheck check = MemberCheck.of(nodes.directory(0));
      try {
        nodes.start(0);
        assertThat(check.whole()).as("%s%n%s", what, check.text()).isTrue();
      } catch (StartFailure refused) {
        assertThat(check.whole()).as("%s%n%s", what, check.text()).isFalse();
        assertThat(refused.line()).as(what).contains(data.toString(), "(expected: ");
        return refused.line();
      }
      nodes.awaitLeader();
      Data.assertRight(new Ask(nodes.node(0)), 90, what);
      return null;
    } finally {
      MemberFiles.delete(data);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "KILLED"})
  void whatIsNotDamagedIsWhole(Left left) throws Exception {
    Path data = copy(left);
    for (Kind kind : Kind.values()) {
      assertThat(kind.of(data)).as("%s", kind).isNotEmpty();
    }
    assertThat(Kind.CLOSED_SEGMENT.of(data)).hasSizeGreaterThan(2);
    assertThat(refusal(data, "undamaged")).isNull();
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Left.CLOSED, Left.KILLED)
        .flatMap(left -> Stream.of(Kind.values()).map(kind -> Arguments.of(left, kind)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aFlippedBitIsNeverAWrongAnswer(Left left, Kind kind) throws Exception {
    Random random = new Random(kind.toString().hashCode());
    for (int i = 0; i < FLIPS; i++) {
      Path data = copy(left);
      List<Path> files = kind.of(data);
      Path file = files.get(i % files.size());
      long used = i % 8 == 7 ? Files.size(file) : MemberFiles.used(file);
      long offset = random.nextLong(used * i / FLIPS, used * (i + 1) / FLIPS + 1) % used;
      int bit = random.nextInt(8);
      MemberFiles.flip(file, offset, bit);
      refusal(data, "%s with bit %d of byte %d flipped".formatted(file, bit, offset));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsLostIsNeverAWrongAnswer(Loss loss) throws Exception {
    for (Kind kind : Kind.values()) {
      for (Left left : List.of(Left.CLOSED, Left.KILLED)) {
        Path data = copy(left);
        Path file = kind.of(data).get(0);
        loss.happenTo(file, kind.of(base(Left.FOREIGN)).get(0));
        refusal(data, "%s is %s".formatted(file, loss));
      }
    }
  }

  /** The bit that makes a record reach beyond the end of the file, where Ratis sees the log end. */
  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "KILLED"})
  void aRecordThatReachesBeyondTheEndIsDamage(Left left) throws Exception {
    for (Kind kind : List.of(Kind.OPEN_SEGMENT, Kind.CLOSED_SEGMENT)) {
      Path data = copy(left);
      Path segment = kind.of(data).get(0);
      long second = MemberFiles.secondRecord(segment);
      overwrite(segment, second, 0xff, 0xff, 0xff, 0x1f);
      assertThat(refusal(data, "a long record in " + segment))
          .contains(segment.toString(), " is damaged: ", " at byte " + second);
    }
  }

  /** Without the mark, what follows tells that a record was not the last one. */
  @Test
  void aRecordBehindABadOneShowsThatThatIsDamage() throws Exception {
    for (Left left : List.of(Left.CLOSED, Left.KILLED)) {
      Path data = copy(left);
      Files.delete(Kind.APPLIED.of(data).get(0));
      Path segment = Kind.OPEN_SEGMENT.of(data).get(0);
      long second = MemberFiles.secondRecord(segment);
      overwrite(segment, second, 0xff, 0xff, 0xff, 0x1f);
      assertThat(refusal(data, "a bad record"))
          .contains(segment.toString(), " at byte " + second + " is not what was written, but");
    }
  }

  @Test
  void theLastRecordIsMissedWhenItWasAcknowledged() throws Exception {
    for (Left left : List.of(Left.CLOSED, Left.KILLED)) {
      Path data = copy(left);
      Path segment = Kind.OPEN_SEGMENT.of(data).get(0);
      try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        channel.truncate(MemberFiles.used(segment) - 20);
      }
      assertThat(refusal(data, "cut")).contains(segment.toString(), "was acknowledged");
    }
  }

  /** Nobody was told that such a write happened. */
  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "KILLED"})
  void aTornLastRecordIsForgotten(Left left) throws Exception {
    Path data = copy(left);
    Path segment = Kind.OPEN_SEGMENT.of(data).get(0);
    overwrite(segment, MemberFiles.end(segment), 120, 8, 4, 16, 200, 3, 26, 7, 7, 7);
    assertThat(refusal(data, "torn")).isNull();
  }

  @Test
  void aSegmentThatIsMissingInTheMiddleIsNamed() throws Exception {
    Path data = copy(Left.CLOSED);
    Files.delete(Kind.CLOSED_SEGMENT.of(data).get(1));
    assertThat(refusal(data, "gap")).contains(" is damaged: ", "are missing before");
  }

  @Test
  void theSnapshotIsMissedWhenTheLogBeginsBehindIt() throws Exception {
    Path data = copy(Left.CLOSED);
    for (Path snapshot : Kind.SNAPSHOT.of(data)) {
      Files.delete(snapshot);
    }
    assertThat(refusal(data, "no snapshot")).contains(" is damaged: ", "are missing before");
  }

  @ParameterizedTest
  @EnumSource(names = {"MISSING", "EMPTY", "ZEROED", "FOREIGN"})
  void aSnapshotWithoutItsChecksumIsNoMissingSnapshot(Loss loss) throws Exception {
    Path data = copy(Left.KILLED);
    for (Path checksum : Kind.CHECKSUM.of(data)) {
      loss.happenTo(checksum, Kind.CHECKSUM.of(base(Left.FOREIGN)).get(0));
    }
    assertThat(refusal(data, "no checksum")).contains("sm/snapshot.", " is damaged: ");
  }

  /** A member that forgot its vote could vote twice. */
  @Test
  void aLowerTermOrAnotherVoteIsRefused() throws Exception {
    String self = Group.id(members.get(0)).toString();
    for (String other : List.of("term=1\nvotedFor=" + self, "term=5\nvotedFor=other")) {
      Path data = copy(Left.CLOSED);
      Path meta = Kind.VOTE.of(data).get(0);
      assertThat(Files.readString(meta)).contains("term=5\n", "votedFor=" + self);
      Files.writeString(meta, other);
      assertThat(refusal(data, "vote")).contains(meta.toString(), " is damaged: ");
    }
  }

  @Test
  void aTermBelowThatOfTheLogIsRefusedWithoutTheCopyOfTheVote() throws Exception {
    Path data = copy(Left.CLOSED);
    Path meta = Kind.VOTE.of(data).get(0);
    Files.writeString(meta, "term=4\nvotedFor=" + Group.id(members.get(0)));
    Files.delete(Kind.VOTE_COPY.of(data).get(0));
    assertThat(refusal(data, "vote")).contains(meta.toString(), " is damaged: ");
  }

  @Test
  void theListOfMembersIsNotTakenForAnotherOneWhenItIsDamaged() throws Exception {
    for (byte[] content : List.of(new byte[0], new byte[20], new byte[] {-1, -2})) {
      Path data = copy(Left.CLOSED);
      Path file = Kind.MEMBERS.of(data).get(0);
      Files.write(file, content);
      assertThat(refusal(data, "members")).contains(file.toString(), " is damaged: ");
    }
  }

  /** As the refusal says: what is remembered of the log is no obstacle. */
  @Test
  void aMemberBeginsEmptyWhenItsLogAndItsListOfMembersAreGone() throws Exception {
    Path data = copy(Left.KILLED);
    Files.delete(Kind.MEMBERS.of(data).get(0));
    MemberFiles.delete(Kind.VOTE.of(data).get(0).resolve("../..").normalize());
    try (Nodes nodes = new Nodes(members, data).startAll()) {
      assertThat(new Ask(nodes.node(0)).get("last")).isNull();
    }
  }

  private static void overwrite(Path file, long offset, int... bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(bytes.length);
    for (int b : bytes) {
      content.put((byte) b);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(content.flip(), offset);
    }
  }
}
