package io.purpledb.server.http.parameter;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.wire.Shown;
import java.util.List;

/**
 * The path of an operation and the parameters in it.
 *
 * @param positions the index of the segment of each parameter
 */
public record PathCheck(
    PathTemplate template, List<ParameterCheck> parameters, List<Integer> positions) {

  public static PathCheck of(PathTemplate template, List<ParameterCheck> parameters) {
    return new PathCheck(
        template,
        parameters,
        parameters.stream().map(parameter -> template.position(parameter.name())).toList());
  }

  /**
   * The values of the parameters in a raw path; fails as no such path when it is another one.
   *
   * @param encoded whether keys are in the form of {@link KeyEncoding}
   */
  public Object[] read(String raw, boolean encoded) {
    if (!template.matches(raw)) {
      throw noSuchPath(raw);
    }
    Object[] values = new Object[parameters.size()];
    for (int i = 0; i < values.length; i++) {
      ParameterCheck parameter = parameters.get(i);
      String segment = PathTemplate.segment(raw, positions.get(i));
      String text = Percent.decodeSegment(parameter.name(), segment);
      values[i] = parameter.value(KeyEncoding.decoded(parameter.name(), text, encoded));
    }
    return values;
  }

  /** The failure of a path that the contract does not have. */
  public static Failure noSuchPath(String raw) {
    return new Failure(
        Kind.NO_SUCH_PATH, "%s (expected: a path of the contract)".formatted(Shown.cut(raw)));
  }
}
