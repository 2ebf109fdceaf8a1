package io.purpledb.engine.entry;

/**
 * Names an entry. Keys are ordered by the bytes of the UTF-8 of their parts, the first part first.
 *
 * @param namespace keeps the data of one user from that of others
 * @param service the service that the entry belongs to, such as {@code kv}
 * @param name what the user named: a key of the KV store, a counter, a set
 * @param item what is inside of it: a member of a set; empty for what has one value
 */
public record Key(String namespace, String service, String name, String item)
    implements Comparable<Key> {

  private static final int SURROGATES = 0xd800;
  private static final int BEHIND_SURROGATES = 0xe000;

  /** The key of what has one value. */
  public static Key of(String namespace, String service, String name) {
    return new Key(namespace, service, name, "");
  }

  /** That of its name, without an item. */
  public Key ofName() {
    return item.isEmpty() ? this : of(namespace, service, name);
  }

  @Override
  public int compareTo(Key other) {
    int order = compare(namespace, other.namespace);
    if (order == 0) {
      order = compare(service, other.service);
    }
    if (order == 0) {
      order = compare(name, other.name);
    }
    return order == 0 ? compare(item, other.item) : order;
  }

  /** Whether two keys are of the same namespace and service. */
  public boolean isBeside(Key other) {
    return service.equals(other.service) && namespace.equals(other.namespace);
  }

  /**
   * Compares texts by the bytes of their UTF-8, where {@link String#compareTo} takes the halves of
   * a character beyond U+FFFF for less than U+E000.
   */
  public static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return x >= SURROGATES && y >= SURROGATES
            ? Integer.compare(rank(x), rank(y))
            : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Puts surrogates behind all other characters. */
  private static int rank(char c) {
    return c >= BEHIND_SURROGATES ? c - 0x10000 : c;
  }
}
