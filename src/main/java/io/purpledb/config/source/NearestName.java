package io.purpledb.config.source;

import java.util.Collection;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Helps a user who mistyped a name. */
final class NearestName {

  private NearestName() {}

  /**
   * {@code did you mean --backend?}, or where to look when no known name is near, as half of it
   * would have to change.
   *
   * @param written what the user wrote, as a plain name: {@code bakend}
   * @param known the plain names that there are
   * @param naming a plain name as the user would write it
   */
  static String hint(String written, Collection<String> known, UnaryOperator<String> naming) {
    String nearest = of(written, known);
    return nearest == null
        ? "--help lists what there is"
        : "did you mean " + naming.apply(nearest) + "?";
  }

  /** The known name that a user may have meant; null when none is near. */
  static @Nullable String of(String written, Collection<String> known) {
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String name : known) {
      int distance = distance(written, name);
      if (distance < least) {
        nearest = name;
        least = distance;
      }
    }
    return least <= nearest.length() / 2 ? nearest : null;
  }

  /** How many letters to insert, remove or replace: the Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
