package io.purpledb.server.http.parameter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Booleans, in the spellings that the Go original takes. */
record FlagType() implements ValueType {

  private static final List<String> TRUE = List.of("1", "t", "T", "TRUE", "true", "True");
  private static final List<String> FALSE = List.of("0", "f", "F", "FALSE", "false", "False");

  @Override
  public @Nullable Boolean parse(String text) {
    if (TRUE.contains(text)) {
      return true;
    }
    return FALSE.contains(text) ? false : null;
  }

  @Override
  public String expected() {
    return "one of " + String.join(" ", TRUE) + " " + String.join(" ", FALSE);
  }
}
