package io.purpledb.backend;

import java.util.Comparator;

/**
 * The order of strings by their UTF-8 bytes, which is the order of their code points. It differs
 * from {@link String#compareTo} for surrogate pairs, which sort after U+E000 to U+FFFF here.
 */
public final class ByteOrder implements Comparator<String> {

  public static final ByteOrder INSTANCE = new ByteOrder();

  private ByteOrder() {}

  @Override
  public int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean supplementaryX = Character.isSurrogate(x);
        return supplementaryX == Character.isSurrogate(y)
            ? Character.compare(x, y)
            : supplementaryX ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
