package io.purpledb.linearizability;

import io.purpledb.linearizability.Action.Result;
import java.util.ArrayList;
import java.util.List;

/** The definition, without any cleverness: tries all orders of a few calls. */
final class AllOrders {

  private AllOrders() {}

  static <S> boolean anyFits(S state, List<RecordedCall<S>> left) {
    if (left.stream().allMatch(RecordedCall::isUnknown)) {
      return true;
    }
    long firstEnd = left.stream().mapToLong(RecordedCall::completed).min().orElseThrow();
    for (RecordedCall<S> next : left) {
      if (next.invoked() <= firstEnd) {
        Result<S> result = next.action().on(state);
        List<RecordedCall<S>> rest = new ArrayList<>(left);
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
