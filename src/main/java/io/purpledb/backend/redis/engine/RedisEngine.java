package io.purpledb.backend.redis.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.engine.support.ChangeLog;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries in one Redis server, which several processes may share. A commit is one script. A read of
 * one entry is one GET: who reads tells from the entry and what is known of the server's time
 * whether it was surely alive; only where that is not sure, or not known, the server is asked by a
 * script. So an entry that never expires costs one native command.
 *
 * <p>What an acknowledged change survives is what the Redis server is set up for ({@code
 * appendfsync}).
 */
public final class RedisEngine implements Engine {

  /** After so many bytes of values a page ends. */
  private static final long PAGE_BYTES = 1 << 20;

  /** How many bytes several entries may have that are read at once. */
  private static final long READ_BYTES =
      Math.min(16 * PAGE_BYTES, Runtime.getRuntime().maxMemory() / 8);

  private static final long HISTORY_PART = 64;
  private static final long SWEEP_MILLIS = 500;
  private static final int SWEPT_AT_ONCE = 100;

  /** In front of what a commit has read: what refused it, the position, how many changes. */
  private static final int COMMIT_HEAD = 3;

  private static final int CLAIM_HEAD = 2;

  private final Vertx vertx;
  private final LoopLinks links;
  private final EngineTime time;
  private final @Nullable ServerTime serverTime;
  private final Follower follower;
  private long sweeper = -1;
  private boolean isClosed;

  private RedisEngine(
      Vertx vertx, LoopLinks links, EngineTime time, @Nullable ServerTime serverTime) {
    this.vertx = vertx;
    this.links = links;
    this.time = time;
    this.serverTime = serverTime;
    ChangeLog log = new ChangeLog(Runtime.getRuntime().maxMemory() / HISTORY_PART);
    this.follower = new Follower(vertx, links, log);
  }

  /**
   * Opens what a server keeps, or makes it when that is empty; entries expire by the time of the
   * server. Blocks for some seconds at most.
   *
   * @param url {@code redis://[user:password@]host[:port]}, {@code rediss://} for TLS
   * @param timeoutMillis how long Redis may take to answer a command
   * @param maxInFlight how many commands one event loop has without an answer at most
   * @throws io.purpledb.config.StartFailure when the server cannot be used, or holds something else
   */
  public static RedisEngine open(Vertx vertx, String url, long timeoutMillis, int maxInFlight) {
    return open(RedisServer.of(vertx, url, timeoutMillis, maxInFlight), true);
  }

  /**
   * Opens it, as above.
   *
   * @param isAskedFor whether it is to be made although others keep something in databases that are
   *     of no layout
   */
  public static RedisEngine open(RedisServer server, boolean isAskedFor) {
    ServerTime time = new ServerTime();
    return open(server, isAskedFor, time, time);
  }

  /** Opens it, as above, where entries expire by a clock, which all who use the server share. */
  public static RedisEngine open(
      Vertx vertx, String url, long timeoutMillis, int maxInFlight, InstantSource clock) {
    RedisServer server = RedisServer.of(vertx, url, timeoutMillis, maxInFlight);
    return open(server, true, EngineTime.of(clock), null);
  }

  /**
   * Tries whether a server lets us do what layout 2 needs, and changes nothing. Blocks as {@link
   * #open}.
   *
   * @throws io.purpledb.config.StartFailure with the reason when it does not
   */
  public static void tryOut(RedisServer server) {
    LoopLink.tryOut(server);
  }

  private static RedisEngine open(
      RedisServer server, boolean isAskedFor, EngineTime time, @Nullable ServerTime serverTime) {
    Vertx vertx = server.vertx();
    LoopLink.open(server, isAskedFor);
    LoopLinks links = new LoopLinks(vertx, server);
    RedisEngine engine = new RedisEngine(vertx, links, time, serverTime);
    engine.sweepLater();
    return engine;
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    return keys.size() == 1
        ? get(call, keys.get(0)).map(Collections::singletonList)
        : links.here(link -> readExactly(link, call, keys));
  }

  @Override
  public Future<@Nullable Entry> get(Call call, Key key) {
    Request get = Request.cmd(Command.GET).arg(StoredKey.ofValue(key));
    return links.here(
        link ->
            link.get(call, get)
                .compose(
                    stored -> {
                      if (stored == null) {
                        return Future.succeededFuture();
                      }
                      Entry entry = ValueEnvelope.entry(key, stored.toBytes());
                      return entry.expiresMillis() == Entry.NEVER
                              || time.latestMillis() < entry.expiresMillis()
                          ? Future.succeededFuture(entry)
                          : readExactly(link, call, List.of(key)).map(read -> read.get(0));
                    }));
  }

  private Future<List<@Nullable Entry>> readExactly(LoopLink link, Call call, List<Key> keys) {
    askForTime(link);
    Request request = Request.cmd(Command.EVALSHA).arg(Script.READ.sha()).arg(keys.size());
    keys.forEach(key -> request.arg(StoredKey.ofValue(key)));
    request.arg(time.argument()).arg(Long.toString(READ_BYTES));
    return link.run(
        call,
        request,
        answer -> {
          List<@Nullable Entry> entries = new ArrayList<>(keys.size());
          for (int i = 0; i < keys.size(); i++) {
            entries.add(entry(keys.get(i), answer.get(i)));
          }
          return entries;
        });
  }

  private static @Nullable Entry entry(Key key, @Nullable Response stored) {
    return stored == null ? null : ValueEnvelope.entry(key, stored.toBytes());
  }

  private void askForTime(LoopLink link) {
    ServerTime asked = serverTime;
    if (asked != null && asked.isOld()) {
      long nanos = System.nanoTime();
      link.link()
          .send(Call.NOTHING, Request.cmd(Command.TIME))
          .onSuccess(
              now -> {
                if (now != null) {
                  asked.told(nanos, now.get(0).toLong() * 1_000 + now.get(1).toLong() / 1_000);
                }
              });
    }
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    Request request;
    try {
      Request simple = SimpleCommit.request(commit, time);
      request = simple == null ? new CommitRequest(commit).request(time, READ_BYTES) : simple;
    } catch (Failure failure) {
      return Future.failedFuture(failure);
    }
    return links.here(link -> link.run(call, request, answer -> committed(commit, answer)));
  }

  private Committed committed(Commit commit, Response answer) {
    if (answer.size() == 1) {
      return simple(commit, answer.get(0));
    }
    List<Key> keys = commit.reads();
    List<@Nullable Entry> entries = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      entries.add(entry(keys.get(i), answer.get(COMMIT_HEAD + i)));
    }
    long position = answer.get(1).toLong();
    changed(position, answer.get(2).toLong());
    List<Items> items = new ArrayList<>(commit.itemsOf().size());
    for (int i = 0; i < commit.itemsOf().size(); i++) {
      int begun = StoredKey.member(commit.itemsOf().get(i)).length + 1;
      items.add(items(answer.get(COMMIT_HEAD + keys.size() + i), begun));
    }
    return new Committed(answer.get(0).toInteger(), position, entries, items);
  }

  /** What simple.lua has done: one change, of which it tells the position or what is there now. */
  private Committed simple(Commit commit, Response told) {
    List<@Nullable Entry> entries = List.of();
    long position;
    if (commit.reads().isEmpty()) {
      position = told.toLong();
    } else {
      Entry entry = ValueEnvelope.entry(commit.reads().get(0), told.toBytes());
      entries = List.of(entry);
      position = entry.version();
    }
    changed(position, 1);
    return new Committed(Committed.DONE, position, entries);
  }

  /**
   * @param begun how many bytes stand in front of each
   */
  private static Items items(Response found, int begun) {
    ByteString[] items = new ByteString[found.size()];
    for (int i = 0; i < items.length; i++) {
      byte[] member = found.get(i).toBytes();
      items[i] = UnsafeByteOperations.unsafeWrap(member, begun, member.length - begun);
    }
    return Items.ofUnsorted(items);
  }

  private void changed(long position, long changes) {
    if (changes > 0) {
      follower.changedAfter(position - changes);
    }
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    List<byte[]> bounds = CommitRequest.bounds(scan.range());
    Key after = scan.after();
    byte[] behind = after == null ? null : StoredKey.bound('(', StoredKey.member(after));
    byte[] from = behind == null || scan.reverse() ? bounds.get(1) : behind;
    byte[] to = behind == null || !scan.reverse() ? bounds.get(2) : behind;
    return links
        .here(
            link ->
                link.run(
                    call,
                    Script.SCAN,
                    time.argument(),
                    scan.limit(),
                    PAGE_BYTES,
                    bounds.get(0),
                    from,
                    to,
                    scan.reverse() ? "r" : ""))
        .compose(
            answer -> {
              Key beside = scan.range().from();
              List<Entry> entries = entries(beside, answer, 1);
              Response last = answer.get(0);
              Key next = last == null ? null : StoredKey.ofMember(beside, last.toBytes());
              return entries.isEmpty() && next != null // all that it looked at had expired
                  ? scan(call, scan.after(next))
                  : Future.succeededFuture(new Page(entries, next));
            });
  }

  private static List<Entry> entries(Key beside, Response answer, int head) {
    List<Entry> entries = new ArrayList<>();
    for (int i = head; i + 1 < answer.size(); i += 2) {
      Key key = StoredKey.ofMember(beside, answer.get(i).toBytes());
      entries.add(ValueEnvelope.entry(key, answer.get(i + 1).toBytes()));
    }
    return entries;
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    List<byte[]> bounds = CommitRequest.bounds(claim.range());
    return links
        .here(
            link ->
                link.run(
                    call,
                    Script.CLAIM,
                    time.argument(),
                    claim.limit(),
                    PAGE_BYTES,
                    bounds.get(0),
                    bounds.get(1),
                    bounds.get(2),
                    StoredKey.name(claim.name()),
                    claim.itemPrefix().getBytes(UTF_8)))
        .map(
            answer -> {
              changed(answer.get(0).toLong(), answer.get(1).toLong());
              return entries(claim.range().from(), answer, CLAIM_HEAD);
            });
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    return follower.watch(call, range, after);
  }

  @Override
  public Future<Void> health() {
    return links.here(LoopLink::health);
  }

  @Override
  public Future<Void> close() {
    synchronized (this) {
      isClosed = true;
      vertx.cancelTimer(sweeper);
    }
    follower.close();
    return links.close();
  }

  private synchronized void sweepLater() {
    if (!isClosed) {
      sweeper = vertx.setTimer(SWEEP_MILLIS, timer -> sweep());
    }
  }

  /** Frees what has expired, some at a time, so that others need not wait for long. */
  private void sweep() {
    links
        .here(link -> link.run(Call.NOTHING, Script.SWEEP, time.argument(), SWEPT_AT_ONCE))
        .onComplete(
            (answer, error) -> {
              if (error == null) {
                changed(answer.get(1).toLong(), answer.get(2).toLong());
              }
              if (error == null && answer.get(0).toInteger() == SWEPT_AT_ONCE) {
                sweep();
              } else {
                sweepLater();
              }
            });
  }
}
