package io.purpledb.server.http.contract;

import io.purpledb.message.Failure;
import io.purpledb.message.Failure.Kind;
import io.purpledb.server.http.answer.Answer;
import io.purpledb.server.http.parameter.EntityTags;
import io.purpledb.server.http.parameter.ParameterCheck;
import io.vertx.core.MultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The headers that an operation takes as parameters. Others are not looked at here. */
public record HeaderCheck(List<ParameterCheck> parameters) {

  private static final String IF_MATCH = "If-Match";
  private static final String IF_NONE_MATCH = "If-None-Match";

  /** Whether it is one of them. */
  boolean has(CharSequence name) {
    for (ParameterCheck parameter : parameters) {
      if (parameter.name().equalsIgnoreCase(name.toString())) {
        return true;
      }
    }
    return false;
  }

  /** Their values, null where there is none; several lines of one are a list (RFC 9110, 5.3). */
  @Nullable Object[] read(MultiMap headers) {
    @Nullable Object[] values = new Object[parameters.size()];
    for (int i = 0; i < values.length; i++) {
      ParameterCheck parameter = parameters.get(i);
      List<String> lines = headers.getAll(parameter.name());
      if (!lines.isEmpty()) {
        values[i] = parameter.value(String.join(", ", lines));
      } else if (parameter.required()) {
        throw parameter.missing();
      }
    }
    return values;
  }

  /**
   * What a read answers under its conditions (RFC 9110, section 13.2.2), if the operation takes
   * them; fails when what is there is not what the client expects.
   */
  public Answer asked(Input in, Answer answer) {
    String version = String.valueOf(answer.version());
    EntityTags expected = has(IF_MATCH) ? in.tags(IF_MATCH) : null;
    if (expected != null && !expected.has(version)) {
      throw new Failure(
          Kind.CONDITION_FAILED,
          "%s: %s (expected: %s, which is there)".formatted(IF_MATCH, expected, version));
    }
    EntityTags known = has(IF_NONE_MATCH) ? in.tags(IF_NONE_MATCH) : null;
    return known != null && known.has(version) ? answer.notModified() : answer;
  }
}
