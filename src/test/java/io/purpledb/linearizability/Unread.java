package io.purpledb.linearizability;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes histories of registers with many unknown writes cheaper to check. Which value an unknown
 * write has put in does not matter when nobody has read it; only that something was in. So they are
 * all made alike, and the search tries one of them where it would try each.
 */
public final class Unread {

  private static final Action<Optional<String>> PUT_UNREAD = Actions.put("what nobody has read");

  private Unread() {}

  /** The same history, in which unknown writes that nobody has read are alike. */
  public static List<RecordedCall<Optional<String>>> alike(
      List<RecordedCall<Optional<String>>> calls) {
    Set<String> read =
        calls.stream()
            .map(RecordedCall::reply)
            .flatMap(reply -> reply instanceof Optional<?> value ? value.stream() : Stream.empty())
            .map(value -> Actions.put(value.toString()).name())
            .collect(Collectors.toSet());
    return calls.stream().map(call -> isUnread(call, read) ? unread(call) : call).toList();
  }

  private static boolean isUnread(RecordedCall<Optional<String>> call, Set<String> read) {
    String name = call.action().name();
    return call.isUnknown() && name.startsWith("put ") && !read.contains(name);
  }

  private static RecordedCall<Optional<String>> unread(RecordedCall<Optional<String>> call) {
    return RecordedCall.unknown(call.client(), PUT_UNREAD, call.invoked());
  }
}
