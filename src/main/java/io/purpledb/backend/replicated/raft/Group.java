package io.purpledb.backend.replicated.raft;

import io.purpledb.backend.FileReason;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * The members as Ratis sees them. The group's id is made from their list, so that nodes with
 * different lists never take each other for members, and the list is kept beside the log, so that a
 * node does not silently begin anew when its list is another one.
 */
public final class Group {

  /** Where members keep their files, in the data directory. */
  public static final String HOME = "cluster";

  private static final String FILE = "members";

  private static final Pattern LIST = Pattern.compile("[^\\p{Cntrl}\\s\\ufffd]+:\\d+");

  /** What Ratis writes first, and never removes. */
  public static final String STORED = "current/raft-meta";

  private Group() {}

  /** The member's id, in characters that names of files and of JMX allow. */
  public static RaftPeerId id(Member member) {
    return RaftPeerId.valueOf(id(member.id()));
  }

  /** The same of a member that is given as in the list of members. */
  public static String id(String member) {
    return member.replace(':', '_');
  }

  /**
   * The group.
   *
   * @param address where this node reaches a member
   */
  public static RaftGroup of(ClusterConfig cluster, Function<Member, String> address) {
    List<RaftPeer> peers =
        cluster.members().stream()
            .map(m -> RaftPeer.newBuilder().setId(id(m)).setAddress(address.apply(m)).build())
            .toList();
    return RaftGroup.valueOf(groupId(cluster), peers);
  }

  /** Where a member keeps its log, in the data directory of its server. */
  public static Path directory(ClusterConfig cluster, Path dataDir) {
    return dataDir
        .toAbsolutePath()
        .normalize()
        .resolve(HOME)
        .resolve(id(cluster.self()).toString());
  }

  /**
   * Makes the directory, and compares what is there with the list of members.
   *
   * @return whether this member is new: nothing is there yet
   * @throws StartFailure when the data belongs to other members, or is gone though it was there
   */
  public static boolean check(ClusterConfig cluster, Path directory) {
    Path file = directory.resolve(FILE);
    String members = list(cluster);
    try {
      Files.createDirectories(directory);
      if (!Files.exists(file)) {
        return true;
      }
      String before = read(file);
      if (!before.equals(members)) {
        throw StartFailure.wrongSetting(
            "cluster-members: %s (expected: %s, the members that the data in %s belongs to)"
                .formatted(members, before, directory));
      }
      Path data = data(cluster, directory);
      if (!Files.exists(data.resolve(STORED))) {
        throw gone(data, file);
      }
      return false;
    } catch (DamageException e) {
      throw e.refusal(directory);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private static String read(Path file) throws IOException {
    String members = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    if (!LIST.matcher(members).matches()) {
      throw new DamageException(file, "it has no list of members");
    }
    return members;
  }

  /** The list of members that the data in a member's directory belongs to; empty without data. */
  public static Optional<String> members(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /** Where Ratis keeps its files, in the directory of a member. */
  public static Path data(ClusterConfig cluster, Path directory) {
    return data(list(cluster), directory);
  }

  /** The same by the list of members. */
  public static Path data(String members, Path directory) {
    return directory.resolve(uuid(members).toString());
  }

  /** Remembers whose data is here; called when there is a log, so that its loss is told later. */
  public static void remember(ClusterConfig cluster, Path directory) {
    Path file = directory.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        Path unfinished = directory.resolve(FILE + ".tmp");
        Files.writeString(unfinished, list(cluster));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  /** An empty member that votes could lose what a majority has acknowledged: a person decides. */
  private static StartFailure gone(Path data, Path file) {
    return StartFailure.wrongSurroundings(
        ("data-dir: %s is gone, though this member had data (expected: that directory; either put"
                + " it back, or, if a majority of the other members has its data, remove %s: then"
                + " this member begins empty and gets all data from them)")
            .formatted(data, file),
        new NoSuchFileException(data.toString()));
  }

  private static StartFailure unusable(Path directory, IOException cause) {
    return StartFailure.wrongSurroundings(
        "data-dir: %s cannot be used: %s (expected: a directory to write to)"
            .formatted(directory, FileReason.of(cause)),
        cause);
  }

  private static RaftGroupId groupId(ClusterConfig cluster) {
    return RaftGroupId.valueOf(uuid(list(cluster)));
  }

  private static UUID uuid(String members) {
    return UUID.nameUUIDFromBytes(members.getBytes(StandardCharsets.UTF_8));
  }

  private static String list(ClusterConfig cluster) {
    return cluster.members().stream().map(Member::id).sorted().collect(Collectors.joining(","));
  }

  public static String address(Member member) {
    String host = member.host();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + member.replicationPort();
  }
}
