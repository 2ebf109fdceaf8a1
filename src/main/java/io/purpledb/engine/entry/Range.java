package io.purpledb.engine.entry;

/**
 * Neighbouring keys of one service in one namespace.
 *
 * @param from the first
 * @param to the first that is not of the range any more, of the same service and namespace; an
 *     empty name stands for the end of the service
 */
public record Range(Key from, Key to) {

  public Range {
    if (!from.isBeside(to)) {
      throw new IllegalArgumentException(
          "%s and %s (expected: of one service)".formatted(from, to));
    }
  }

  /** All of a service. */
  public static Range of(String namespace, String service) {
    return new Range(Key.of(namespace, service, ""), Key.of(namespace, service, ""));
  }

  /** All items of one name. */
  public static Range items(String namespace, String service, String name) {
    // U+0000 is the least that a name can have more
    return new Range(Key.of(namespace, service, name), Key.of(namespace, service, name + '\0'));
  }

  /** All items of one name that come before another. */
  public static Range itemsBefore(Key end) {
    return new Range(Key.of(end.namespace(), end.service(), end.name()), end);
  }

  /** Whether it has an end before the end of the service. */
  public boolean isBounded() {
    return !to.name().isEmpty();
  }

  /** Whether a key is in it. */
  public boolean has(Key key) {
    return key.isBeside(from)
        && key.compareTo(from) >= 0
        && (!isBounded() || key.compareTo(to) < 0);
  }
}
