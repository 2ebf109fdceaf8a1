package io.purpledb.linearizability;

import io.purpledb.linearizability.Action.Result;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The objects that Purple serves, one key of each service: a register is empty at first, a counter
 * is 0, a set is empty, a flag is false.
 */
public final class Actions {

  /** The reply of an action that answers nothing but that it is done. */
  public static final String DONE = "done";

  private Actions() {}

  /** Answers what is in the register. */
  public static Action<Optional<String>> get() {
    return new Action<>("get", value -> new Result<>(value, value));
  }

  public static Action<Optional<String>> put(String value) {
    return new Action<>("put " + value, before -> new Result<>(Optional.of(value), DONE));
  }

  /** Empties the register; answers whether something was in it. */
  public static Action<Optional<String>> delete() {
    return new Action<>("delete", value -> new Result<>(Optional.empty(), value.isPresent()));
  }

  public static Action<Long> count() {
    return new Action<>("count", sum -> new Result<>(sum, sum));
  }

  /** Adds to the counter; answers the sum. */
  public static Action<Long> increment(long amount) {
    return new Action<>("increment " + amount, sum -> new Result<>(sum + amount, sum + amount));
  }

  public static Action<Set<String>> items() {
    return new Action<>("items", items -> new Result<>(items, items));
  }

  /** Adds an item; answers the whole set. */
  public static Action<Set<String>> add(String item) {
    return new Action<>("add " + item, items -> whole(with(items, item)));
  }

  /** Removes an item; answers the whole set. */
  public static Action<Set<String>> remove(String item) {
    return new Action<>("remove " + item, items -> whole(without(items, item)));
  }

  public static Action<Boolean> isSet() {
    return new Action<>("is set", flag -> new Result<>(flag, flag));
  }

  public static Action<Boolean> set(boolean value) {
    return new Action<>("set " + value, flag -> new Result<>(value, DONE));
  }

  private static Result<Set<String>> whole(Set<String> items) {
    return new Result<>(items, items);
  }

  private static Set<String> with(Set<String> items, String item) {
    Set<String> changed = new TreeSet<>(items);
    changed.add(item);
    return changed;
  }

  private static Set<String> without(Set<String> items, String item) {
    Set<String> changed = new TreeSet<>(items);
    changed.remove(item);
    return changed;
  }
}
