package io.purpledb.server.http.answer;

import io.purpledb.server.wire.Shown;
import io.vertx.core.buffer.Buffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of the events of a stream, in the form of Server-Sent Events (HTML Living Standard, section
 * 9.2): what browsers, and libraries of all languages, read.
 *
 * @param id where a reader that comes again goes on, without line ends and NUL; null when it cannot
 * @param type what the reader listens to, without them as well; null for a message
 * @param data a JSON object
 */
public record ServerEvent(@Nullable String id, @Nullable String type, Json.Members data) {

  /** What ends a line for a reader, or makes it overlook an id. */
  private static final Pattern BREAKS = Pattern.compile("[\\r\\n\\x00]");

  public ServerEvent {
    requireOneLine("id", id);
    requireOneLine("type", type);
  }

  private static void requireOneLine(String name, @Nullable String value) {
    if (value != null && BREAKS.matcher(value).find()) {
      throw new IllegalArgumentException(
          "%s of an event: %s (expected: no line end and no NUL)"
              .formatted(name, Shown.cut(value)));
    }
  }

  /** Says nothing: it keeps proxies from taking a quiet stream for a dead one. */
  static final Buffer COMMENT = Buffer.buffer(":\n\n");

  private static final String END = "end";
  private static final String PROBLEM = "problem";

  /** A message that cannot be gone on from. */
  static ServerEvent of(Json.Members data) {
    return new ServerEvent(null, null, data);
  }

  /** The last event of a stream that is whole. */
  static ServerEvent end() {
    return new ServerEvent(null, END, json -> {});
  }

  /** The last event of one that is not; its data are those of a problem. */
  static ServerEvent problem(Json.Members problem) {
    return new ServerEvent(null, PROBLEM, problem);
  }

  /** As it is sent. JSON has no line ends of its own. */
  Buffer text() {
    Buffer text = Buffer.buffer();
    if (id != null) {
      text.appendString("id: ").appendString(id).appendString("\n");
    }
    if (type != null) {
      text.appendString("event: ").appendString(type).appendString("\n");
    }
    return text.appendString("data: ").appendBuffer(Json.object(data)).appendString("\n\n");
  }
}
