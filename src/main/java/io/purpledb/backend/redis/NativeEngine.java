package io.purpledb.backend.redis;

import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.backend.redis.resp.RedisErrors;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Key;
import io.purpledb.engine.entry.Value;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The entries of one service in layout 1, of which each is a Redis string. */
final class NativeEngine extends NativeLayout {

  /** What all keys of layout 2 begin with. */
  private static final String ENTRIES = "p2:";

  private final NativeForm form;
  private final boolean isBesideEntries;

  NativeEngine(RedisLink link, NativeForm form) {
    this(link, form, false);
  }

  /**
   * @param isBesideEntries whether layout 2 is in the same database
   */
  NativeEngine(RedisLink link, NativeForm form, boolean isBesideEntries) {
    super(link);
    this.form = form;
    this.isBesideEntries = isBesideEntries;
  }

  @Override
  public Set<Capability> capabilities() {
    return form.capabilities();
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    return keys.size() == 1
        ? get(call, keys.get(0)).map(Collections::singletonList)
        : refused(Capability.SEVERAL, keys.size() + " keys at once (expected: 1)");
  }

  @Override
  public Future<@Nullable Entry> get(Call call, Key key) {
    Failure tooMuch = ofString(key);
    return tooMuch == null
        ? ask(
            call,
            key,
            Request.cmd(Command.GET).arg(key.name()),
            found -> found == null ? null : entry(key, form.value(key.name(), found)))
        : Future.failedFuture(tooMuch);
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    Failure tooMuch = ofStrings(commit);
    if (tooMuch != null) {
      return Future.failedFuture(tooMuch);
    }
    boolean isRead = !commit.reads().isEmpty();
    @Nullable Check check = commit.checks().isEmpty() ? null : commit.checks().get(0);
    Change change = commit.changes().get(0);
    if (change instanceof Change.Put put && !isRead && !(check instanceof Check.Present)) {
      return put(call, put, check != null);
    }
    if (change instanceof Change.Delete delete && !isRead && !(check instanceof Check.Absent)) {
      return delete(call, delete.key(), check != null);
    }
    if (change instanceof Change.Add && form != NativeForm.NUMBERS) {
      return refused(Capability.KINDS, "Add (expected: %s)".formatted(form));
    }
    if (change instanceof Change.Add add && check == null && isWithoutBounds(add)) {
      return add(call, add, isRead);
    }
    if (change instanceof Change.Touch touch && expires() && check == null && !isRead) {
      return touch(call, touch);
    }
    return Future.failedFuture(unknown(change, isRead));
  }

  private boolean expires() {
    return form.capabilities().contains(Capability.EXPIRY);
  }

  /** Why there is no command for a change of one key. */
  private Failure unknown(Change change, boolean isRead) {
    String what = change.getClass().getSimpleName();
    if (change instanceof Change.Touch && !expires()) {
      return failure(Capability.EXPIRY, what);
    }
    if (change instanceof Change.DeleteRange) {
      return failure(Capability.SCAN, what);
    }
    return isRead && !(change instanceof Change.Add)
        ? failure(Capability.SEVERAL, what + " with a read (expected: of Add alone)")
        : failure(
            Capability.CHECKS,
            what
                + " (expected: Put if absent, Delete if present, Add without bounds, or no check)");
  }

  private Future<Committed> put(Call call, Change.Put put, boolean ifAbsent) {
    byte[] content = form.string(put.value());
    if (content == null) {
      return refused(
          Capability.KINDS,
          "%s (expected: %s)".formatted(put.value().getClass().getSimpleName(), form));
    }
    Failure tooMuch = expires() ? described(put) : tooMuch(put);
    if (tooMuch != null) {
      return Future.failedFuture(tooMuch);
    }
    String name = put.key().name();
    long ttlMillis = put.ttlMillis();
    if (ifAbsent) {
      return ttlMillis > 0
          ? refused(Capability.CHECKS, "Put if absent with a time to live (expected: for ever)")
          : ask(
              call,
              put.key(),
              Request.cmd(Command.SETNX).arg(name).arg(content),
              NativeLayout::ofCount);
    }
    Request set = Request.cmd(Command.SET).arg(name).arg(content);
    if (ttlMillis == Change.KEEP) {
      set.arg("KEEPTTL");
    } else if (ttlMillis != Change.FOREVER) {
      set.arg("PX").arg(kept(ttlMillis));
    }
    return ask(call, put.key(), set, done -> DONE);
  }

  private Future<Committed> touch(Call call, Change.Touch touch) {
    String name = touch.key().name();
    Request request =
        touch.ttlMillis() == Change.FOREVER
            ? Request.cmd(Command.PERSIST).arg(name)
            : Request.cmd(Command.PEXPIRE).arg(name).arg(kept(touch.ttlMillis()));
    return ask(call, touch.key(), request, done -> DONE);
  }

  /** Redis keeps a key while now <= its deadline, we promise now < deadline: one less. */
  private static String kept(long ttlMillis) {
    return Long.toString(Math.max(1, ttlMillis - 1));
  }

  private Future<Committed> delete(Call call, Key key, boolean ifPresent) {
    return ask(
        call,
        key,
        Request.cmd(Command.DEL).arg(key.name()),
        deleted -> ifPresent ? ofCount(deleted) : DONE);
  }

  private Future<Committed> add(Call call, Change.Add add, boolean isRead) {
    String name = add.key().name();
    // As text, because the client's own form of long arguments fails for Long.MIN_VALUE.
    Request by = Request.cmd(Command.INCRBY).arg(name).arg(Long.toString(add.amount()));
    return ask(call, add.key(), by, sum -> isRead && sum != null ? sum(add.key(), sum) : DONE)
        .recover(error -> notAdded(call, add, error));
  }

  private Committed sum(Key key, Response sum) {
    return new Committed(Committed.DONE, NONE, List.of(entry(key, form.value(key.name(), sum))));
  }

  private Future<Committed> notAdded(Call call, Change.Add add, Throwable error) {
    if (RedisErrors.says(error, "would overflow")) {
      return Future.succeededFuture(NOT_TRUE); // the first of its parts, as it has no check
    }
    if (RedisErrors.says(error, "not an integer")) {
      return get(call, add.key()) // fails and says what is there, unless it was replaced just now
          .compose(
              number ->
                  Future.failedFuture(
                      NativeForm.notInteger(add.key().name(), "\"no integer just now\"")));
    }
    return Future.failedFuture(error);
  }

  private static boolean isWithoutBounds(Change.Add add) {
    return add.min() == Long.MIN_VALUE && add.max() == Long.MAX_VALUE;
  }

  private static Entry entry(Key key, Value value) {
    return new Entry(key, value, Description.NONE, NONE, Entry.NEVER);
  }

  @Override
  Future<?> tryToWrite() {
    return form.tryToWrite(link());
  }

  private <T> Future<T> ask(
      Call call,
      Key key,
      Request request,
      Function<? super @Nullable Response, ? extends T> meaning) {
    return new Strings(link(), call, form).reply(key.name(), request, meaning);
  }

  private @Nullable Failure ofStrings(Commit commit) {
    Failure tooMuch = tooMuch(commit);
    if (tooMuch == null && !commit.itemsOf().isEmpty()) {
      return failure(Capability.ITEMS, "items of a name (expected: none)");
    }
    return tooMuch == null ? ofString(commit.changes().get(0).key()) : tooMuch;
  }

  private @Nullable Failure ofString(Key key) {
    if (isBesideEntries && key.name().startsWith(ENTRIES)) {
      return Failure.conflict(
          key.name()
              + ": a key of layout 2 (expected: one that does not begin with "
              + ENTRIES
              + ")");
    }
    return key.item().isEmpty()
        ? otherNamespace(key)
        : failure(Capability.ITEMS, "item " + key.item() + " (expected: none)");
  }

  /** Commands on the strings of a service. */
  private record Strings(RedisLink link, Call call, NativeForm form) implements RedisKeys {

    @Override
    public Failure tooLarge(String key, Failure reason) {
      return form.tooLarge(key, reason);
    }
  }
}
