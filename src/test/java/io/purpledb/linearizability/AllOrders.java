package io.purpledb.linearizability;

import io.purpledb.linearizability.Action.Result;
import java.util.ArrayList;
import java.util.List;

/** The definition, without any cleverness: tries all orders of a few calls. */
final class AllOrders {

  private AllOrders() {}

  static <S> boolean anyFits(S state, List<Call<S>> left) {
    if (left.stream().allMatch(Call::isUnknown)) {
      return true;
    }
    long firstEnd = left.stream().mapToLong(Call::completed).min().orElseThrow();
    for (Call<S> next : left) {
      if (next.invoked() <= firstEnd) {
        Result<S> result = next.action().on(state);
        List<Call<S>> rest = new ArrayList<>(left);
        rest.remove(next);
        if ((next.isUnknown() || result.reply().equals(next.reply()))
            && anyFits(result.state(), rest)) {
          return true;
        }
      }
    }
    return false;
  }
}
