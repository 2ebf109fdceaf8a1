package io.purpledb.server.http;

import io.purpledb.message.Failure;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The query parameters of an operation. What the contract does not have is refused. */
record QueryCheck(List<ParameterCheck> parameters) {

  /** The values in a raw query, null where there is none. */
  @Nullable Object[] read(@Nullable String raw) {
    @Nullable Object[] values = new Object[parameters.size()];
    if (raw != null) {
      readPairs(raw, values);
    }
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null && parameters.get(i).required()) {
        throw parameters.get(i).missing();
      }
    }
    return values;
  }

  private void readPairs(String raw, @Nullable Object[] values) {
    int start = 0;
    while (start < raw.length()) {
      int and = raw.indexOf('&', start);
      int end = and < 0 ? raw.length() : and;
      if (end > start) {
        readPair(raw.substring(start, end), values);
      }
      start = end + 1;
    }
  }

  private void readPair(String pair, @Nullable Object[] values) {
    int equals = pair.indexOf('=');
    String name = Percent.decodeQuery("query", equals < 0 ? pair : pair.substring(0, equals));
    int index = ParameterCheck.index(parameters, name);
    if (index < 0) {
      throw unknown(name);
    }
    if (values[index] != null) {
      throw parameters.get(index).repeated();
    }
    String value = equals < 0 ? "" : pair.substring(equals + 1);
    values[index] = parameters.get(index).value(Percent.decodeQuery(name, value));
  }

  private Failure unknown(String name) {
    String known = parameters.stream().map(ParameterCheck::name).collect(Collectors.joining(", "));
    return Failure.invalid(
        "%s: unknown query parameter (expected: %s)"
            .formatted(Shown.cut(name), known.isEmpty() ? "none" : known));
  }
}
