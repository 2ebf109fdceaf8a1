package io.purpledb.server.http.parameter;

import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The query parameters of an operation. What the contract does not have is refused. */
public record QueryCheck(List<ParameterCheck> parameters) {

  /** The values in a raw query, null where there is none. */
  public @Nullable Object[] read(@Nullable String raw) {
    @Nullable String[] texts = new String[parameters.size()];
    if (raw != null) {
      readPairs(raw, texts);
    }
    boolean encoded = isGiven(KeyEncoding.PARAMETER, texts);
    @Nullable Object[] values = new Object[texts.length];
    for (int i = 0; i < values.length; i++) {
      ParameterCheck parameter = parameters.get(i);
      String text = texts[i];
      if (text != null) {
        values[i] = value(parameter, text, encoded, raw);
      } else if (parameter.required()) {
        throw parameter.missing();
      }
    }
    return values;
  }

  private static Object value(
      ParameterCheck parameter, String text, boolean encoded, @Nullable String raw) {
    try {
      return parameter.value(KeyEncoding.decoded(parameter.name(), text, encoded));
    } catch (Failure wrong) {
      boolean takesNoSpace = encoded || !(parameter.type() instanceof TextType);
      boolean hadPlus = raw != null && raw.indexOf('+') >= 0 && text.indexOf(' ') >= 0;
      throw takesNoSpace && hadPlus ? spaceForPlus(wrong) : wrong;
    }
  }

  /** Who sends a plus sign as it is must not be told of a space alone, which it never sent. */
  private static Failure spaceForPlus(Failure wrong) {
    return Failure.invalid(
        wrong.getMessage() + "; in a query a + is a space: leave it out, or send it as %2B");
  }

  /** Whether a parameter was given, among the values that {@link #read} has read. */
  public boolean isGiven(String parameter, @Nullable Object[] values) {
    int index = ParameterCheck.index(parameters, parameter);
    return index >= 0 && values[index] != null;
  }

  private void readPairs(String raw, @Nullable String[] texts) {
    int start = 0;
    while (start < raw.length()) {
      int and = raw.indexOf('&', start);
      int end = and < 0 ? raw.length() : and;
      if (end > start) {
        readPair(raw.substring(start, end), texts);
      }
      start = end + 1;
    }
  }

  private void readPair(String pair, @Nullable String[] texts) {
    int equals = pair.indexOf('=');
    String name = Percent.decodeQuery("query", equals < 0 ? pair : pair.substring(0, equals));
    int index = ParameterCheck.index(parameters, name);
    if (index < 0) {
      throw unknown(name);
    }
    if (texts[index] != null) {
      throw parameters.get(index).repeated();
    }
    String value = equals < 0 ? "" : pair.substring(equals + 1);
    texts[index] = Percent.decodeQuery(name, value);
  }

  private Failure unknown(String name) {
    String known = parameters.stream().map(ParameterCheck::name).collect(Collectors.joining(", "));
    return Failure.invalid(
        "%s: unknown query parameter (expected: %s)"
            .formatted(Shown.cut(name), known.isEmpty() ? "none" : known));
  }
}
