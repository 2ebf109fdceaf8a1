package io.purpledb.backend.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import io.purpledb.backend.replicated.MemberFiles.Kind;
import io.purpledb.backend.replicated.MemberFiles.Loss;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One of three members has a damaged file: it is refused, or it has all data right in the end, and
 * the others never get anything wrong of it.
 */
@Tag("long")
@Timeout(3_600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterDamageTest {

  /** How many bits are flipped in files of each kind, one by one. */
  private static final int FLIPS = Math.max(1, Integer.getInteger("purple.rounds", 8) / 8);

  private static final int SIZE = 50;

  private final Path directory;
  private final Path killed;
  private List<Member> members = List.of();
  private int copies;

  ClusterDamageTest(@TempDir Path directory) {
    this.directory = directory;
    this.killed = directory.resolve("killed");
  }

  @BeforeAll
  void fill() throws Exception {
    members = Nodes.members(3);
    Path running = directory.resolve("running");
    try (Nodes nodes = new Nodes(members, running)) {
      nodes.snapshotEntries = 40;
      nodes.startAll();
      Data data = new Data("");
      data.fill(new Ask(nodes.node(0)), 20);
      for (int i = 0; i < 2; i++) { // each leader begins a segment of the log
        nodes.transferTo(nodes.aFollower());
        data.fill(new Ask(nodes.node(0)), 15);
      }
      MemberFiles.copy(running, killed);
    }
  }

  private Path copy() throws IOException {
    Path copy = directory.resolve("copy" + copies++);
    MemberFiles.copy(killed, copy);
    return copy;
  }

  @ParameterizedTest
  @EnumSource
  void aFlippedBitOfOneMemberIsNeverAWrongAnswer(Kind kind) throws Exception {
    Random random = new Random(kind.toString().hashCode());
    for (int i = 0; i < FLIPS; i++) {
      Path data = copy();
      List<Path> files = kind.of(data.resolve("node" + i % 3));
      if (!files.isEmpty()) {
        Path file = files.get(random.nextInt(files.size()));
        long offset = random.nextLong(MemberFiles.used(file));
        MemberFiles.flip(file, offset, random.nextInt(8));
        check(data, i % 3, "%s with byte %d flipped".formatted(file, offset));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatOneMemberLostIsNeverAWrongAnswer(Loss loss) throws Exception {
    for (Kind kind : List.of(Kind.OPEN_SEGMENT, Kind.SNAPSHOT, Kind.VOTE)) {
      Path data = copy();
      Path file = kind.of(data.resolve("node0")).get(0);
      loss.happenTo(file, kind.of(data.resolve("node1")).get(0));
      check(data, 0, "%s is %s".formatted(file, loss));
    }
  }

  private void check(Path data, int damaged, String what) throws Exception {
    try (Nodes nodes = new Nodes(members, data)) {
      for (int i = 0; i < members.size(); i++) {
        if (i != damaged) {
          nodes.start(i);
        }
      }
      boolean refused = false;
      try {
        nodes.start(damaged);
      } catch (StartFailure failure) {
        assertThat(failure.line()).as(what).contains(data.toString(), "(expected: ");
        refused = true;
      }
      nodes.awaitLeader();
      Data.assertRight(new Ask(nodes.node((damaged + 1) % 3)), SIZE, what);
      if (!refused) {
        nodes.transferTo(damaged);
        Data.assertRight(new Ask(nodes.node(damaged)), SIZE, what);
      }
    } finally {
      MemberFiles.delete(data);
    }
  }
}
