package io.purpledb.server.http.parameter;

import io.purpledb.message.Failure;
import io.purpledb.server.wire.Shown;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The check of one parameter, or of one member of a JSON body: compiled from the contract, text in,
 * typed value out.
 *
 * @param name the name in the contract
 * @param required whether a request without it is refused
 * @param type what values it takes
 */
public record ParameterCheck(String name, boolean required, ValueType type) {

  /**
   * Compiles the schema of a parameter.
   *
   * @throws IllegalArgumentException when the schema says what is not checked here
   */
  public static ParameterCheck of(String name, boolean required, JsonObject schema) {
    try {
      return new ParameterCheck(name, required, ValueType.of(schema));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /** The index of the parameter with a name, or -1. */
  public static int index(List<ParameterCheck> parameters, String name) {
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).name.equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The value of a text: a String, a Long or a Boolean; fails as invalid when it has none. */
  public Object value(String text) {
    Object value = type.parse(text);
    if (value == null) {
      throw wrong(text);
    }
    return value;
  }

  /** The failure of a request with a value that does not fit. */
  public Failure wrong(String value) {
    String shown = value.isEmpty() ? "empty" : Shown.cut(value);
    return Failure.invalid("%s: %s (expected: %s)".formatted(name, shown, type.expected()));
  }

  /** The failure of a request that does not have it. */
  public Failure missing() {
    return Failure.invalid("%s: missing (expected: %s)".formatted(name, type.expected()));
  }

  /** The failure of a request that has it more than once. */
  public Failure repeated() {
    return Failure.invalid("%s: given twice (expected: once)".formatted(name));
  }
}
