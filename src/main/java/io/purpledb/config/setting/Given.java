package io.purpledb.config.setting;

import io.purpledb.config.StartFailure;

/**
 * What the user gave for a setting.
 *
 * @param where the setting as he wrote it: {@code --http-port}, {@code PURPLE_HTTP_PORT}, or {@code
 *     conf/purple.yaml:3: http-port}
 * @param text what he wrote for it
 */
public record Given(String where, String text) {

  /** The value; a wrong one ends the start. */
  public <T> T read(Kind<T> kind) {
    T value = kind.read(text);
    if (value == null) {
      throw wrong(kind, kind.expected());
    }
    return value;
  }

  /** The failure of a value that does not fit. */
  public StartFailure wrong(Kind<?> kind, String expected) {
    return StartFailure.wrongSetting(where, kind.showWrong(text), expected);
  }
}
