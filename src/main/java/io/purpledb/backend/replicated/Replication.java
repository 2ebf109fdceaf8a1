package io.purpledb.backend.replicated;

import io.purpledb.backend.replicated.files.LogInPlace;
import io.purpledb.backend.replicated.files.Stored;
import io.purpledb.backend.replicated.lead.LeadWatch;
import io.purpledb.backend.replicated.lead.Leadership;
import io.purpledb.backend.replicated.lead.LeadershipTransfer;
import io.purpledb.backend.replicated.lead.PeerClocks;
import io.purpledb.backend.replicated.lead.PeerRooms;
import io.purpledb.backend.replicated.lead.ReadIndex;
import io.purpledb.backend.replicated.lead.TermQuestion;
import io.purpledb.backend.replicated.raft.DamageException;
import io.purpledb.backend.replicated.raft.Group;
import io.purpledb.backend.replicated.raft.LargestEntry;
import io.purpledb.backend.replicated.raft.Links;
import io.purpledb.backend.replicated.raft.LogRoom;
import io.purpledb.backend.replicated.raft.PauseWatch;
import io.purpledb.backend.replicated.raft.Raft;
import io.purpledb.backend.replicated.raft.RaftSettings;
import io.purpledb.backend.replicated.snapshot.SnapshotThreshold;
import io.purpledb.backend.replicated.write.Evictor;
import io.purpledb.backend.replicated.write.LeaderRequests;
import io.purpledb.backend.replicated.write.Sweeper;
import io.purpledb.config.ClusterConfig;
import io.purpledb.config.Member;
import io.purpledb.config.StartFailure;
import io.purpledb.config.host.FreePorts;
import io.purpledb.engine.Engine;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;

/**
 * One node's part in the replicated data: a Raft server with a copy of all data, and the way of
 * requests to the leader.
 *
 * <p>An acknowledged write is in the log of a majority, on disk. A read sees every write that was
 * acknowledged before it. Without a majority both fail.
 */
public final class Replication {

  private static final Logger LOG = System.getLogger(Replication.class.getName());

  /**
   * Quiet unless somebody set a level; held, because the level of an unheld logger is forgotten.
   */
  private static final java.util.logging.Logger RATIS_LOG =
      java.util.logging.Logger.getLogger("org.apache.ratis");

  static {
    // The first use of ExitUtils puts its own handler of what no thread catches in the place of
    // that which ends a process without memory.
    Thread.UncaughtExceptionHandler last = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit(); // Ratis must not end the process by itself,
    ExitUtils.setTerminateOnUncaughtException(false); // nor when any thread throws
    Thread.setDefaultUncaughtExceptionHandler(last);
    if (RATIS_LOG.getLevel() == null) {
      RATIS_LOG.setLevel(java.util.logging.Level.SEVERE);
    }
  }

  private final RaftServer server;
  private final RaftGroupId group;
  private final Links links;
  private final Stored stored;
  private final Leadership leadership;
  private final LeaderRequests requests;
  private final LeadershipTransfer transfer;
  private final ReadIndex readIndex;
  private final PeerClocks clocks;
  private final PeerRooms rooms;
  private final LeadWatch watch;
  private final ReplicatedEngine engine;
  private final Sweeper sweeper;
  private final Evictor evictor;

  private Replication(
      Vertx vertx,
      RaftServer server,
      RaftGroup group,
      Links links,
      PeerClocks clocks,
      PeerRooms rooms,
      Stored stored,
      ReplicatedStateMachine machine,
      long timeoutMillis,
      long waitingBytes)
      throws IOException {
    ClientId client = ClientId.randomId();
    RaftServer.Division division = server.getDivision(group.getGroupId());
    DivisionInfo info = division.getInfo();
    this.server = server;
    this.group = group.getGroupId();
    this.links = links;
    this.stored = stored;
    this.leadership = new Leadership(info, group, links::renew);
    this.requests =
        new LeaderRequests(
            new Raft(server, links, group.getGroupId(), client),
            leadership,
            timeoutMillis,
            waitingBytes);
    this.transfer = new LeadershipTransfer(server, group, client);
    List<RaftPeerId> others = others(server, group);
    TermQuestion question = new TermQuestion(links, group, client, clocks, rooms);
    this.readIndex = new ReadIndex(info, others, question::ask);
    this.clocks = clocks;
    this.rooms = rooms;
    this.engine = new ReplicatedEngine(vertx, requests, machine.log(), this::health);
    BooleanSupplier leads = () -> leadership.isSelf() && !leadership.isClosed();
    this.sweeper =
        new Sweeper(
            requests, leads, () -> machine.entries().firstExpiryMillis(), machine::nowMillis);
    this.evictor = new Evictor(requests, leads, machine::entries);
    LogInPlace log =
        new LogInPlace(
            stored.directory(),
            RaftSettings.ENTRY_MAX.getSizeInt(),
            index -> division.getRaftLog().getTermIndex(index));
    this.watch = new LeadWatch(clocks, rooms, others, question, leadership, transfer, info, log);
  }

  /**
   * Starts this node's part. Blocks until it listens; a leader may not be known by then.
   *
   * @param dataDir the data directory of the server
   * @param cacheMaxBytes the room of the cache
   * @param maxBytes the room of all data, the cache's too
   * @param maxValueBytes the largest value; the same on all members
   * @param clock tells when entries expire, if this node leads
   * @param requestTimeoutMillis how long a request may take
   * @throws StartFailure when the list of members is not the one that the data belongs to, when the
   *     port is taken, or when the data cannot be read or written
   */
  public static Replication open(
      ClusterConfig cluster,
      Path dataDir,
      long cacheMaxBytes,
      long maxBytes,
      int maxValueBytes,
      InstantSource clock,
      long requestTimeoutMillis,
      Vertx vertx) {
    return open(
        cluster,
        dataDir,
        cacheMaxBytes,
        maxBytes,
        maxValueBytes,
        clock,
        requestTimeoutMillis,
        vertx,
        SnapshotThreshold.ofHeap(Runtime.getRuntime().maxMemory()),
        Group::address,
        LogRoom::of);
  }

  /**
   * The same with what tests vary.
   *
   * @param threshold after how much of it the log is cut by a snapshot
   * @param address where this node reaches a member
   * @param roomOf the room of the log that is in a directory
   */
  static Replication open(
      ClusterConfig cluster,
      Path dataDir,
      long cacheMaxBytes,
      long maxBytes,
      int maxValueBytes,
      InstantSource clock,
      long requestTimeoutMillis,
      Vertx vertx,
      SnapshotThreshold threshold,
      Function<Member, String> address,
      Function<Path, LogRoom> roomOf) {
    Path directory = Group.directory(cluster, dataDir);
    boolean isNew = Group.check(cluster, directory);
    LogRoom room = roomOf.apply(directory);
    if (isNew && !room.canGrow(0)) { // Ratis would leave half of its files, which look like a loss
      throw StartFailure.wrongSurroundings(room.refusal(), new IOException("no room"));
    }
    int entryBytes = LargestEntry.remember(directory, maxValueBytes, isNew);
    try (Undo undo = new Undo()) {
      FreePorts.checkReplica(cluster);
      RaftGroup group = Group.of(cluster, address);
      Stored stored = undo.add(new Stored(Group.data(cluster, directory), ids(group)));
      stored.check();
      PeerRooms rooms = new PeerRooms(room, cluster.members().size());
      Parameters parameters =
          RaftSettings.parameters(cluster, rooms.own(), entryBytes, stored::voted);
      PeerClocks clocks = new PeerClocks(clock, cluster.members().size());
      ReplicatedStateMachine machine =
          new ReplicatedStateMachine(
              cacheMaxBytes,
              maxBytes,
              clock,
              clocks::agree,
              rooms,
              entryBytes,
              threshold.of(cluster));
      machine.storeBy(stored);
      RaftProperties properties =
          RaftSettings.of(
              cluster,
              directory,
              requestTimeoutMillis,
              entryBytes,
              Runtime.getRuntime().maxMemory());
      RaftServer server =
          undo.add(
              RaftServer.newBuilder()
                  .setServerId(Group.id(cluster.self()))
                  .setGroup(group)
                  .setStateMachine(machine)
                  .setProperties(properties)
                  .setParameters(parameters)
                  .setOption(RaftStorage.StartupOption.RECOVER)
                  .build());
      server.getDivision(group.getGroupId()); // waits for it
      Links links =
          new Links(
              new GrpcFactory(parameters).newRaftClientRpc(ClientId.randomId(), properties), group);
      Replication replication =
          new Replication(
              vertx,
              server,
              group,
              links,
              clocks,
              rooms,
              stored,
              machine,
              requestTimeoutMillis,
              RaftSettings.waitingBytes(Runtime.getRuntime().maxMemory(), entryBytes).getSize());
      Group.remember(cluster, directory);
      machine.readBy(replication.readIndex);
      machine.tellOfLeader(replication::leaderMayHaveChanged);
      machine.tellOfWrites(replication::entriesMayHaveChanged);
      server.start();
      PauseWatch.end(server);
      replication.leadership.start();
      replication.watch.start();
      undo.forget();
      return replication;
    } catch (StartFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      DamageException damage = DamageException.in(e);
      throw damage != null ? damage.refusal(directory) : cannotTakePart(cluster, directory, e);
    }
  }

  private static StartFailure cannotTakePart(ClusterConfig cluster, Path directory, Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return StartFailure.wrongSurroundings(
        "cluster: %s cannot take part on port %d with the data in %s: %s"
            .formatted(Group.id(cluster.self()), cluster.self().replicationPort(), directory, root),
        e);
  }

  /** How often the log of this node was found to be as it should. */
  long logChecks() {
    return watch.logChecks();
  }

  /** The entries of all nodes. */
  public Engine engine() {
    return engine;
  }

  private void leaderMayHaveChanged() {
    leadership.mayHaveChanged();
    entriesMayHaveChanged();
  }

  private void entriesMayHaveChanged() {
    sweeper.look();
    evictor.look();
  }

  /** Whether requests can be answered: a leader is known, which means a majority is there. */
  public Future<Void> health() {
    String harm = rooms.own().harm();
    if (harm != null) {
      return Future.failedFuture(Failure.unavailable(harm));
    }
    return leadership.isServed()
        ? Future.succeededFuture()
        : Future.failedFuture(
            Failure.unavailable(
                "cluster: no leader (expected: a majority of the members within reach)"));
  }

  /** What does not stop requests but is to be seen to; null when there is nothing. */
  public @Nullable String notice() {
    String clock = clocks.notice();
    String room = rooms.notice();
    if (clock == null || room == null) {
      return clock == null ? room : clock;
    }
    return clock + "; " + room;
  }

  /** Leaves: hands the lead over if this node has it, then stops. Blocks. */
  public void close() {
    try {
      if (leadership.isSelf()) {
        transfer.run();
      }
      abort();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the node did not leave cleanly", e);
    }
  }

  /** Gives the lead to a member; answers whether it took it. */
  boolean transferTo(Member member) throws IOException {
    return transfer.to(Group.id(member));
  }

  /** Whether this node leads. */
  boolean leads() {
    return leadership.isSelf();
  }

  /** The last entry of the log that this node's copy has. */
  long applied() throws IOException {
    return server.getDivision(group).getInfo().getLastAppliedIndex();
  }

  /** What Ratis does by itself after an error. */
  void closePart() throws IOException {
    server.getDivision(group).close();
  }

  /** Stops without handing the lead over. */
  void abort() throws IOException {
    watch.close();
    leadership.close();
    var unused = engine.close();
    server.close();
    links.close();
    stored.close();
  }

  private static Set<String> ids(RaftGroup group) {
    return group.getPeers().stream()
        .map(peer -> peer.getId().toString())
        .collect(Collectors.toSet());
  }

  private static List<RaftPeerId> others(RaftServer server, RaftGroup group) {
    return group.getPeers().stream()
        .map(RaftPeer::getId)
        .filter(peer -> !peer.equals(server.getId()))
        .toList();
  }
}
