package io.purpledb.engine;

import io.purpledb.engine.entry.Key;
import java.util.List;

/**
 * What is asked of an engine in one step: all of it is done or nothing is, and nobody sees a part.
 *
 * @param checks what must be true before; else nothing is changed
 * @param changes made in their order
 * @param reads what is answered, as it is then: after the changes, or unchanged when it is refused
 * @param itemsOf names, as keys without an item, of which all items are answered, as they are then
 */
public record Commit(List<Check> checks, List<Change> changes, List<Key> reads, List<Key> itemsOf) {

  /** How many checks, changes and reads one commit may have in all; a bound for its time. */
  public static final int MAX_PARTS = 1_024;

  public Commit {
    int parts = checks.size() + changes.size() + reads.size() + itemsOf.size();
    if (parts == 0 || parts > MAX_PARTS) {
      throw new IllegalArgumentException(
          "%d checks, changes and reads (expected: 1 to %d)".formatted(parts, MAX_PARTS));
    }
    for (Key name : itemsOf) {
      if (!name.item().isEmpty()) {
        throw new IllegalArgumentException("items of %s (expected: of a name)".formatted(name));
      }
    }
  }

  /** One that answers no items. */
  public Commit(List<Check> checks, List<Change> changes, List<Key> reads) {
    this(checks, changes, reads, List.of());
  }

  /** Changes nothing, and answers the items of a name. */
  public static Commit items(Key name) {
    return new Commit(List.of(), List.of(), List.of(), List.of(name));
  }

  /** One change, whatever is there. */
  public static Commit of(Change change) {
    return new Commit(List.of(), List.of(change), List.of());
  }

  /** One change, and what is there then. */
  public static Commit answering(Change change) {
    return new Commit(List.of(), List.of(change), List.of(change.key()));
  }

  /** One change if something is true. */
  public static Commit when(Check check, Change change) {
    return new Commit(List.of(check), List.of(change), List.of());
  }

  /** The same, and the items of the name of its change are answered. */
  public Commit answeringItems() {
    return new Commit(checks, changes, reads, List.of(changes.get(0).key().ofName()));
  }

  /** Whether it only asks. */
  public boolean isRead() {
    return checks.isEmpty() && changes.isEmpty();
  }
}
