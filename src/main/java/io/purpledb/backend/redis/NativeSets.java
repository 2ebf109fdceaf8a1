package io.purpledb.backend.redis;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.purpledb.backend.redis.connection.RedisHealth;
import io.purpledb.backend.redis.connection.RedisLink;
import io.purpledb.engine.Capability;
import io.purpledb.engine.Change;
import io.purpledb.engine.Check;
import io.purpledb.engine.Commit;
import io.purpledb.engine.Committed;
import io.purpledb.engine.entry.Description;
import io.purpledb.engine.entry.Entry;
import io.purpledb.engine.entry.Items;
import io.purpledb.engine.entry.Key;
import io.purpledb.message.Call;
import io.purpledb.message.Failure;
import io.purpledb.service.SetService;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one service in layout 1, of which each is a member of a Redis set, with nothing in
 * it. Items are sorted here. A change and the resulting items are one transaction, because another
 * change between two commands would show.
 */
final class NativeSets extends NativeLayout {

  static final Set<Capability> CAPABILITIES = Set.of(Capability.ITEMS);

  NativeSets(RedisLink link) {
    super(link);
  }

  @Override
  public Set<Capability> capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Future<List<@Nullable Entry>> read(Call call, List<Key> keys) {
    if (keys.size() > 1) {
      return refused(Capability.SEVERAL, keys.size() + " keys at once (expected: 1)");
    }
    Key key = keys.get(0);
    Failure noMember = noMember(key);
    return noMember == null
        ? new Sets(link(), call)
            .reply(
                key.name(),
                Request.cmd(Command.SISMEMBER).arg(key.name()).arg(key.item()),
                is -> Collections.singletonList(isTrue(is) ? entry(key) : null))
        : Future.failedFuture(noMember);
  }

  private static boolean isTrue(@Nullable Response number) {
    return number != null && number.toLong() != 0;
  }

  private static Entry entry(Key key) {
    return new Entry(key, SetService.MEMBER, Description.NONE, NONE, Entry.NEVER);
  }

  @Override
  public Future<Committed> commit(Call call, Commit commit) {
    if (commit.isRead() && commit.reads().isEmpty() && commit.itemsOf().size() == 1) {
      return items(call, commit.itemsOf().get(0));
    }
    Failure tooMuch = tooMuch(commit);
    if (tooMuch == null && commit.changes().get(0) instanceof Change.DeleteRange) {
      tooMuch = failure(Capability.SCAN, "DeleteRange (expected: Put, Delete)");
    }
    if (tooMuch == null) {
      tooMuch = noMember(commit.changes().get(0).key());
    }
    if (tooMuch == null && !commit.reads().isEmpty()) {
      tooMuch = failure(Capability.SEVERAL, "a change with a read (expected: of items alone)");
    }
    return tooMuch == null
        ? change(call, commit, commit.checks().isEmpty() ? null : commit.checks().get(0))
        : Future.failedFuture(tooMuch);
  }

  private Future<Committed> change(Call call, Commit commit, @Nullable Check check) {
    Change change = commit.changes().get(0);
    Key key = change.key();
    if (change instanceof Change.Put put && !(check instanceof Check.Present)) {
      if (!put.value().equals(SetService.MEMBER)) {
        return refused(Capability.KINDS, "a value in an item of a set (expected: none)");
      }
      Failure tooMuch = tooMuch(put);
      return tooMuch == null
          ? change(call, commit, Request.cmd(Command.SADD).arg(key.name()).arg(key.item()))
          : Future.failedFuture(tooMuch);
    }
    if (change instanceof Change.Delete && !(check instanceof Check.Absent)) {
      return change(call, commit, Request.cmd(Command.SREM).arg(key.name()).arg(key.item()));
    }
    String what = change.getClass().getSimpleName();
    return refused(
        change instanceof Change.Add
            ? Capability.KINDS
            : change instanceof Change.Touch ? Capability.EXPIRY : Capability.CHECKS,
        what + " (expected: Put if absent, Delete if present, or no check)");
  }

  private Future<Committed> change(Call call, Commit commit, Request change) {
    String name = commit.changes().get(0).key().name();
    boolean isChecked = !commit.checks().isEmpty();
    Sets sets = new Sets(link(), call);
    if (commit.itemsOf().isEmpty()) {
      return sets.reply(name, change, count -> isChecked ? ofCount(count) : DONE);
    }
    return sets.orWrongType(
        name,
        link().send(call, change, Request.cmd(Command.SMEMBERS).arg(name)),
        both -> {
          if (both == null) {
            throw new IllegalStateException("redis answered nothing to a change and a read");
          }
          Committed done = isChecked ? ofCount(both.get(0)) : DONE;
          Items items = sorted(name, both.get(1), "; what was asked for is done");
          return new Committed(done.refusedBy(), NONE, List.of(), List.of(items));
        });
  }

  private Future<Committed> items(Call call, Key name) {
    Failure tooMuch = otherNamespace(name);
    return tooMuch == null
        ? new Sets(link(), call)
            .reply(
                name.name(),
                Request.cmd(Command.SMEMBERS).arg(name.name()),
                found ->
                    new Committed(
                        Committed.DONE, NONE, List.of(), List.of(sorted(name.name(), found, ""))))
        : Future.failedFuture(tooMuch);
  }

  /**
   * The items of a reply.
   *
   * @param done what to add to the failure of a set that cannot be answered
   */
  private static Items sorted(String name, @Nullable Response found, String done) {
    if (found == null) {
      return Items.NONE;
    }
    ByteString[] bytes = new ByteString[found.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = UnsafeByteOperations.unsafeWrap(found.get(i).toBytes());
      if (!bytes[i].isValidUtf8()) { // somebody else has put it there
        throw Failure.conflict(
            "%s: a redis set with bytes among its items (expected: texts in UTF-8)%s"
                .formatted(name, done));
      }
    }
    return Items.ofUnsorted(bytes);
  }

  private static @Nullable Failure noMember(Key key) {
    return key.item().isEmpty()
        ? failure(Capability.KINDS, key.name() + " without an item (expected: items of sets)")
        : otherNamespace(key);
  }

  /**
   * A removal; then an addition together with a removal of wrong form, because of which Redis
   * carries out neither. Without MULTI it would, hence one after the other.
   */
  @Override
  Future<?> tryToWrite() {
    String key = RedisHealth.unusedKey();
    Request remove = Request.cmd(Command.SREM).arg(key).arg("none");
    Request items = Request.cmd(Command.SMEMBERS).arg(key);
    Request add = Request.cmd(Command.SADD).arg(key).arg("none");
    Request malformed = Request.cmd(Command.SREM).arg(key);
    return link().sendOnce(remove, items).compose(removed -> link().sendOnce(add, malformed));
  }

  /** Commands on the sets of a service. */
  private record Sets(RedisLink link, Call call) implements RedisKeys {

    @Override
    public String type() {
      return "set";
    }
  }
}
