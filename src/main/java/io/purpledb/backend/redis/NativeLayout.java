package io.purpledb.backend.redis;

import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Claim;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.Engine;
import io.purpledb.engine.Event;
import io.purpledb.engine.Page;
import io.purpledb.engine.Scan;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Range;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one service in layout 1: a database for the service, Redis's own types, one native
 * command for a change, as v0.1.6 has them. So it keeps what these keep and no more: versions and
 * positions are 0, no entry tells when it expires, and what needs a {@link Capability} that it has
 * not is refused. For one event loop.
 */
abstract class NativeLayout implements Engine {

  static final long NONE = 0;
  static final Committed DONE = new Committed(Committed.DONE, NONE, List.of());
  static final Committed NOT_TRUE = new Committed(0, NONE, List.of());

  private final RedisLink link;

  NativeLayout(RedisLink link) {
    this.link = link;
  }

  final RedisLink link() {
    return link;
  }

  /** Sends writes like those of the service that change nothing, whatever there is. */
  abstract Future<?> tryToWrite();

  /** What a command has done that answers how many it has changed. */
  static Committed ofCount(@Nullable Response changed) {
    return changed == null || changed.toLong() == 0 ? NOT_TRUE : DONE;
  }

  @Override
  public Future<Page> scan(Call call, Scan scan) {
    return refused(Capability.SCAN, "a page of a range");
  }

  @Override
  public Future<List<Entry>> claim(Call call, Claim claim) {
    return refused(Capability.CLAIM, "a claim");
  }

  @Override
  public ReadStream<Event> watch(Call call, Range range, long after) {
    throw failure(Capability.WATCH, "a watch");
  }

  @Override
  public Future<Void> health() {
    return link.health().compose(serves -> link.permission().tryOut(this::tryToWrite));
  }

  @Override
  public Future<Void> close() {
    return link.close();
  }

  /** What of a commit it has no place for; null when it has one for one key. */
  static @Nullable Failure tooMuch(Commit commit) {
    int checks = commit.checks().size();
    int changes = commit.changes().size();
    int reads = commit.reads().size() + commit.itemsOf().size();
    if (changes != 1 || checks > 1 || reads > 1) {
      return failure(
          Capability.SEVERAL,
          "%d checks, %d changes and %d reads (expected: 1 change, and 1 of the others at most)"
              .formatted(checks, changes, reads));
    }
    Key key = commit.changes().get(0).key();
    if (checks == 1 && commit.checks().get(0) instanceof Check.HasVersion version) {
      return failure(Capability.VERSIONS, version.version() + " (expected: present, absent)");
    }
    if (checks == 1 && commit.checks().get(0) instanceof Check.Within) {
      return failure(Capability.CHECKS, "Within (expected: present, absent)");
    }
    boolean isOfOne =
        (checks == 0 || commit.checks().get(0).key().equals(key))
            && (commit.reads().isEmpty() || commit.reads().get(0).equals(key))
            && (commit.itemsOf().isEmpty() || commit.itemsOf().get(0).equals(key.ofName()));
    return isOfOne ? null : failure(Capability.SEVERAL, "several keys (expected: one)");
  }

  /** Why a put has no place among what never expires, whatever its value; null when it has one. */
  static @Nullable Failure tooMuch(Change.Put put) {
    if (put.ttlMillis() != Change.FOREVER) {
      return failure(Capability.EXPIRY, put.ttlMillis() + " ms to live (expected: for ever)");
    }
    return described(put);
  }

  /** Why the description of a put has no place; null when it has none. */
  static @Nullable Failure described(Change.Put put) {
    return put.description().equals(Description.NONE)
        ? null
        : failure(Capability.DESCRIPTIONS, put.description() + " (expected: none)");
  }

  /** Why a key has no place; null when it has one. */
  static @Nullable Failure otherNamespace(Key key) {
    return key.namespace().equals(Call.DEFAULT_NAMESPACE)
        ? null
        : failure(
            Capability.NAMESPACES,
            "namespace %s (expected: %s)".formatted(key.namespace(), Call.DEFAULT_NAMESPACE));
  }

  static <T> Future<T> refused(Capability missing, String what) {
    return Future.failedFuture(failure(missing, what));
  }

  static Failure failure(Capability missing, String what) {
    return new Failure(
        Failure.Kind.NOT_IMPLEMENTED,
        "redis with databases 0 to %d has no %s: %s"
            .formatted(NativeBackends.DATABASES.size() - 1, missing.text(), what));
  }
}
