package io.purpledb.backend.redis;

import io.purpledb.backend.Backends;
import io.purpledb.backend.redis.connection.RedisRoom;
import io.purpledb.backend.redis.connection.RedisServer;
import io.purpledb.backend.redis.engine.RedisEngine;
import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.backend.redis.resp.ReplyRoom;
import io.purpledb.backend.redis.resp.RespCodec;
import io.purpledb.config.RedisLayout;
import io.purpledb.config.StartFailure;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Engine;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps data in one Redis server, in the layout that is found there when it is opened. */
public final class RedisBackends implements Backends {

  private static final Logger LOG = System.getLogger(RedisBackends.class.getName());

  /** Commands without a reply may fill this fraction of the heap. */
  private static final int HEAP_SHARE = 4;

  private final RedisServer server;
  private final RedisLayout layout;
  private volatile @Nullable Backends found;
  private @Nullable StartFailure failed;

  /**
   * @param url {@code redis://[user:password@]host[:port]}, {@code rediss://} for TLS
   * @param layout which is wanted
   * @param commandTimeoutMillis how long Redis may take to answer a command
   * @param maxInFlight how many commands one backend of one event loop has without an answer at
   *     most; more are refused as busy
   * @throws StartFailure when the URL has another form
   */
  public RedisBackends(
      Vertx vertx, String url, RedisLayout layout, long commandTimeoutMillis, int maxInFlight) {
    long heap = Runtime.getRuntime().maxMemory();
    this.server =
        RedisServer.of(
            vertx,
            url,
            commandTimeoutMillis,
            maxInFlight,
            new RedisRoom(heap / HEAP_SHARE),
            ReplyRoom.ofHeap(heap),
            RespCodec.BOUNDED);
    this.layout = layout;
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public void open(String service) {
    findOnce().open(service); // many services at once
  }

  /** What the first has found, or has failed with: a Redis that hangs is waited for once. */
  private synchronized Backends findOnce() {
    StartFailure before = failed;
    if (before != null) {
      throw before;
    }
    Backends open = found;
    if (open == null) {
      try {
        open = find();
      } catch (StartFailure e) {
        failed = e;
        throw e;
      }
      found = open;
    }
    return open;
  }

  private Backends find() {
    RedisContents contents = RedisContents.of(server);
    if (layout == RedisLayout.ENTRIES) {
      return entries(contents);
    }
    if (!contents.hasEntries()) {
      return layout == RedisLayout.AUTO && contents.isEmpty() && canHaveEntries(contents)
          ? entries(contents)
          : new NativeBackends(server);
    }
    if (layout == RedisLayout.NATIVE) {
      if (contents.others().isEmpty()) {
        throw wrong("holds layout 2 (expected: layout 1, or redis-layout: auto or 2)");
      }
      return NativeBackends.besideEntries(server);
    }
    if (!contents.others().isEmpty()) {
      throw wrong(
          "holds layout 2 and also %s (expected: one layout; redis-layout: 2 serves the former and"
                  .formatted(contents.others())
              + " leaves the latter alone, redis-layout: 1 the other way round)");
    }
    return entries(contents);
  }

  /** Whether an empty one can have layout 2; if not, one line says why it gets layout 1. */
  private boolean canHaveEntries(RedisContents contents) {
    String reason;
    try {
      reason = contents.evicts().isEmpty() ? "" : "its maxmemory-policy is " + contents.evicts();
      if (reason.isEmpty()) {
        RedisEngine.tryOut(server);
      }
    } catch (StartFailure failure) {
      if (!RedisErrors.isForbidden(failure.getCause())) {
        throw failure; // it passes, and layout 1 would stay
      }
      reason = failure.line();
    }
    if (!reason.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "redis %s is empty and gets layout 1, which it keeps, as it cannot have layout 2: %s"
              .formatted(server.url(), reason));
    }
    return reason.isEmpty();
  }

  /** An engine that refuses what else is there, in the same step in which it makes its layout. */
  private Backends entries(RedisContents contents) {
    if (!contents.evicts().isEmpty()) {
      throw wrong(
          "has the maxmemory-policy %s (expected: noeviction or volatile-…, as layout 2 has keys that others need)"
              .formatted(contents.evicts()));
    }
    // One link has what a link for each service has in layout 1.
    int commands = Math.multiplyExact(server.maxInFlight(), EntryBackends.SERVICES);
    return new EntryBackends(
        RedisEngine.open(server.withMaxInFlight(commands), layout == RedisLayout.ENTRIES));
  }

  private StartFailure wrong(String what) {
    String line = "redis-url: " + server.url() + " " + what;
    return StartFailure.wrongSurroundings(line, new IllegalStateException(what));
  }

  @Override
  public Engine engine(String service) {
    return open().engine(service);
  }

  @Override
  public boolean isShared() {
    return open().isShared();
  }

  @Override
  public Set<Capability> capabilities(String service) {
    return open().capabilities(service);
  }

  private Backends open() {
    Backends open = found;
    if (open == null) {
      throw new IllegalStateException("redis is not open");
    }
    return open;
  }

  @Override
  public synchronized void close() {
    Backends open = found;
    if (open != null) {
      open.close();
      found = null;
    }
  }
}
