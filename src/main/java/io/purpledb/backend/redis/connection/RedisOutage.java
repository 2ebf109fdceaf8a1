package io.purpledb.backend.redis.connection;

import io.purpledb.config.RedisUrl;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Logs one line when Redis is lost and one when it is back, for all links of all event loops
 * together: an outage begins when the first link is lost and ends when the last one is back.
 */
public final class RedisOutage {

  private static final Logger LOG = System.getLogger(RedisOutage.class.getName());

  private final RedisUrl url;
  private final Set<RedisLink> lost = new HashSet<>();
  private long sinceNanos;
  private long failedRequests;

  public RedisOutage(RedisUrl url) {
    this.url = url;
  }

  synchronized void lost(RedisLink link, String reason) {
    if (lost.isEmpty()) {
      sinceNanos = System.nanoTime();
      failedRequests = 0;
      LOG.log(Level.WARNING, "redis " + url + " lost: " + reason);
    }
    lost.add(link);
  }

  /** Counts requests that failed because Redis is lost. */
  synchronized void failed(int requests) {
    failedRequests += requests;
  }

  synchronized void back(RedisLink link) {
    if (lost.remove(link) && lost.isEmpty()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
      LOG.log(
          Level.INFO,
          "redis %s is back after %d ms; requests failed meanwhile: %d"
              .formatted(url, millis, failedRequests));
    }
  }

  /** Whether no link is lost. */
  synchronized boolean isOver() {
    return lost.isEmpty();
  }

  /** Says that a link is closed: its state no longer counts. */
  synchronized void forget(RedisLink link) {
    lost.remove(link);
  }
}
