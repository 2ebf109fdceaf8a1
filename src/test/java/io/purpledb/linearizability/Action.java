package io.purpledb.linearizability;

import java.util.function.Function;

/**
 * What a call asks of an object that serves one call at a time.
 *
 * @param name tells the action with its arguments; actions with the same name do the same
 * @param effect what the object becomes and answers, from what it is
 * @param <S> the object's states: immutable, compared by equals
 */
public record Action<S>(String name, Function<S, Result<S>> effect) {

  /** The state afterwards and the reply. */
  public record Result<S>(S state, Object reply) {}

  Result<S> on(S state) {
    return effect.apply(state);
  }

  @Override
  public String toString() {
    return name;
  }
}
